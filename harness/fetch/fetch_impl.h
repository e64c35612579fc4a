/* fetch_impl.h - what the files of this room share. */
#ifndef DG_FETCH_IMPL_H
#define DG_FETCH_IMPL_H

#include "crypto/crypto.h"
#include "fetch/fetch.h"
#include "scale/scale.h"

enum {
    DG_FETCH_HEADER_MAX = 1 << 20,
    DG_FETCH_CONTENT_MAX = 64 << 20, /* bytes of a node or value */
    DG_FETCH_CHILDREN_MAX = 1 << 20,
    DG_FETCH_PATH_MAX = 4096
};

/* fetch.c: what endpoints say is nobody's input, so what is wrong with it is DG_IO. */
dg_code dg_fetch_as_failure(dg_code rc, dg_error *err);

/* ---- json.c: values of answers ---- */

/* Appends the bytes of a hex text with 0x. DG_MALFORMED, with `what`. */
dg_code dg_fetch_hex(dg_buf *out, const json_t *value, const char *what, dg_error *err);
dg_code dg_fetch_hex_hash(dg_hash *out, const json_t *value, const char *what, dg_error *err);
/* "0x" and the digits, as a new JSON text; NULL: no memory. */
json_t *dg_fetch_hex_json(dg_bytes bytes);
/* The answer of chain_getHeader as a node encodes it. DG_MALFORMED. */
dg_code dg_fetch_header_encode(dg_buf *out, const json_t *header, dg_error *err);

/* Steps over one digest item. */
void dg_fetch_header_log(dg_scale *in);
typedef struct dg_fetch_header {
    uint32_t number;
    dg_hash hash, parent, state_root;
} dg_fetch_header;
/* DG_MALFORMED: the bytes are no header. */
dg_code dg_fetch_header_read(dg_fetch_header *out, dg_bytes encoded, dg_error *err);

/* ---- pin.c: which block ---- */

typedef struct dg_fetch_pin {
    dg_hash genesis;
    dg_fetch_header header;
    dg_buf encoded;
    char chain[64]; /* what the node calls it */
    unsigned named, asked;
} dg_fetch_pin;

/* `at` as of dg_fetch_options; `known` (.at NULL: none): the encoded header to go on with. */
dg_code dg_fetch_pin_block(dg_fetch_pin *pin, dg_rpc *rpc, const char *at, dg_bytes known,
                           dg_error *err);

/* ---- journal.c: what arrived, on disk ---- */

enum { DG_FETCH_HEAD = 'H', DG_FETCH_CONTENT = 'C', DG_FETCH_PAGE = 'P' };

typedef struct dg_fetch_slot {
    dg_hash hash;
    uint64_t at; /* of its bytes in the file; 0: they are not there */
    uint32_t len;
    bool used, walked;
} dg_fetch_slot;

typedef struct dg_fetch_journal {
    char dir[DG_FETCH_PATH_MAX], path[DG_FETCH_PATH_MAX + 16];
    int fd;
    uint64_t end, bytes;  /* of the file; of what it holds */
    dg_fetch_slot *slots; /* by hash, open addressing */
    size_t slot_count, slot_cap;
    dg_buf head, pages; /* pages: offsets and lengths, as dg_fetch_page */
    dg_buf content;     /* of the last load */
    dg_bytes map;       /* of the file, from dg_fetch_journal_map on */
} dg_fetch_journal;

typedef struct dg_fetch_page {
    uint64_t at;
    uint32_t len;
} dg_fetch_page;

/* Opens or makes OUT.fetch; what is whole in it is kept, and what is not is cut off. `head` is
 * empty where there was none. DG_IO, DG_NOMEM. */
dg_code dg_fetch_journal_open(dg_fetch_journal *j, const char *path_out, dg_error *err);
/* Appends a record, and enters content under its hash. */
dg_code dg_fetch_journal_put(dg_fetch_journal *j, uint8_t kind, dg_bytes bytes, dg_error *err);
/* The slot of a hash, made if there is none. NULL: no memory. Valid until the next one is made. */
dg_fetch_slot *dg_fetch_journal_slot(dg_fetch_journal *j, const dg_hash *hash);
/* Appended to `out`. DG_IO. */
dg_code dg_fetch_journal_read(const dg_fetch_journal *j, dg_buf *out, uint64_t at, uint32_t len,
                              dg_error *err);
/* Nothing is put from here on: what is loaded lives as long as the journal. DG_IO. */
dg_code dg_fetch_journal_map(dg_fetch_journal *j, dg_error *err);
/* dg_trie_loader: the content with that hash, borrowed until the next load where it is not mapped.
 */
dg_code dg_fetch_journal_load(void *journal, dg_bytes *out, const dg_hash *hash, dg_error *err);
/* Everything that was walked, in the order of hashes. */
dg_code dg_fetch_journal_each(dg_fetch_journal *j,
                              dg_code (*each)(void *user, const dg_hash *hash, dg_bytes bytes,
                                              dg_error *err),
                              void *user, dg_error *err);
/* Forgets all of it, on disk too. */
dg_code dg_fetch_journal_empty(dg_fetch_journal *j, dg_error *err);
void dg_fetch_journal_close(dg_fetch_journal *j);
/* Takes it off the disk, closed. */
dg_code dg_fetch_journal_remove(const dg_fetch_journal *j, dg_error *err);
/* The next record of `in` from `*at` on, which goes behind it. DG_END: none that is whole. */
dg_code dg_fetch_record_next(uint8_t *kind, dg_bytes *payload, dg_hash *hash, dg_bytes in,
                             size_t *at);
void dg_fetch_record_put(dg_buf *out, uint8_t kind, dg_bytes payload);

/* ---- proof.c: what a read proof holds ---- */

typedef struct dg_fetch_item {
    dg_hash hash;
    size_t at, len; /* in `bytes` */
} dg_fetch_item;
typedef struct dg_fetch_proof {
    dg_buf bytes, items; /* items: dg_fetch_item, sorted by hash */
} dg_fetch_proof;
void dg_fetch_proof_init(dg_fetch_proof *p);
void dg_fetch_proof_clear(dg_fetch_proof *p);
/* The answer of state_getReadProof for the block `at`. DG_MALFORMED; DG_MISMATCH: of another. */
dg_code dg_fetch_proof_read(dg_fetch_proof *p, const json_t *answer, const dg_hash *at,
                            dg_error *err);
/* .at NULL: it is not in there. */
dg_bytes dg_fetch_proof_find(const dg_fetch_proof *p, const dg_hash *hash);

/* ---- walk.c: from the root down, by proofs ---- */

typedef struct dg_fetch_job {
    dg_rpc *rpc;
    dg_fetch_journal *journal;
    const dg_fetch_pin *pin;
    const dg_fetch_options *options;
    dg_buf children; /* keys of child tries that pairs named, each (compact length, bytes) */
    dg_hash own[2];  /* roots that the pairs come to, by state version */
    bool is_own;     /* .. and none of them is the header's */
    dg_buf prefixes; /* of keys, each (compact length, bytes); empty: all */
    dg_fetch_progress now;
} dg_fetch_job;

/* All that is below pin->header.state_root, as far as it is wanted, comes into the journal. */
dg_code dg_fetch_walk(dg_fetch_job *job, dg_error *err);

/* ---- pairs.c: by keys and values ---- */

/* All keys and values come into the journal, as pages. DG_UNSUPPORTED: no endpoint has the calls.
 */
dg_code dg_fetch_pairs(dg_fetch_job *job, dg_error *err);
/* One page, as it is kept: what lies above `lo` up to and with `hi` (empty: to the end) in the trie
 * of `child` (empty: the top one), and each key and value of it by way of `each` (may be NULL).
 * DG_MALFORMED. */
typedef struct dg_fetch_range {
    dg_bytes child, lo, hi;
} dg_fetch_range;
dg_code dg_fetch_page_read(dg_fetch_range *range, dg_bytes page,
                           dg_code (*each)(void *user, const dg_fetch_range *range, dg_bytes key,
                                           dg_bytes value, dg_error *err),
                           void *user, dg_error *err);
/* pages.c: checks of answers. */
dg_code dg_fetch_keys_check(const json_t *keys, dg_bytes lo, size_t most, dg_error *err);
/* `at` NULL: the values of a child trie, in the order of `keys`. DG_MALFORMED, DG_MISMATCH. */
dg_code dg_fetch_values_check(const json_t *answer, const json_t *keys, const dg_hash *at,
                              dg_error *err);

/* ---- build.c: a trie of the pairs ---- */

/* The root of the pairs in that state version; their nodes go to `each`. Child tries hang on it by
 * the roots that endpoints named, or, where it is the snapshot's own, by those they come to. */
dg_code dg_fetch_build(dg_hash *root, dg_fetch_job *job, unsigned version, dg_trie_each each,
                       void *user, dg_error *err);

/* ---- finality.c ---- */

/* Words into report->finality, and whether it is proven. Only what keeps the program from going on
 * is a failure. `state` has what was fetched. */
dg_code dg_fetch_finality(dg_fetch_report *report, dg_rpc *rpc, const dg_fetch_pin *pin,
                          const dg_trie *state, dg_error *err);
typedef struct dg_fetch_votes {
    uint64_t round, weight, total; /* weight: of authorities that signed */
    dg_hash target;                /* the block that they signed */
    uint32_t number;               /* its number */
} dg_fetch_votes;
/* A justification, by these authorities (SCALE Vec<(key, weight)>) of that set. DG_MALFORMED;
 * DG_MISMATCH: a signature or a vote is wrong, or too few signed; DG_NOMEM. */
dg_code dg_fetch_justification_check(dg_fetch_votes *votes, dg_bytes encoded, dg_bytes authorities,
                                     uint64_t set_id, dg_error *err);
/* The answer of grandpa_proveFinality: a justification of `block`, or of one above it with the
 * headers that lead down. Codes as above. */
dg_code dg_fetch_finality_check(dg_fetch_votes *votes, dg_bytes proof, const dg_fetch_header *block,
                                dg_bytes authorities, uint64_t set_id, dg_error *err);

/* ---- asking.c ---- */

/* What dg_fetch_ask_with said; zeros before. Never NULL. */
const dg_fetch_asking *dg_fetch_asked(void);

#endif
