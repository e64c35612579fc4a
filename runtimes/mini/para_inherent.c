/* para_inherent.c - the paras inherent: demanded in every block, and empty apart
 * from bitfields, because these runtimes back no candidates: what authors offer is
 * left out, as the full runtime leaves out what it cannot back. */
#include "host.h"
#include "inherents.h"
#include "system.h"
#include "variant.h"

enum { TOO_MANY_INCLUSION_INHERENTS, INVALID_PARENT_HEADER, CANDIDATES_FILTERED };

static struct key included_key(void)
{
    return key_value("ParaInherent", "Included");
}

struct inherent_data {
    struct bytes bitfields, parent_header;
    bool has_more;
};

/* BitVec, validator index, signature. */
static void skip_bitfield(struct reader *in)
{
    u64 bits = read_compact(in);
    in->bad |= bits / 8 > in->left;
    read_take(in, (u32)((bits + 7) / 8) + 4 + 64);
}

static void skip_list(struct reader *in, u32 before_each)
{
    for (u32 n = read_count(in, 1); n && !in->bad; n--) {
        read_take(in, before_each);
        read_take(in, read_count(in, 1));
    }
}

/* Descriptor; messages up, messages across, code, head, two numbers; votes, their bits. */
static void skip_candidate(struct reader *in)
{
    enum { DESCRIPTOR = 292, VOTE = 65 };
    read_take(in, DESCRIPTOR);
    skip_list(in, 0);
    skip_list(in, 4);
    if (read_u8(in))
        read_take(in, read_count(in, 1));
    read_take(in, read_count(in, 1));
    read_take(in, 8);
    read_take(in, read_count(in, VOTE) * VOTE);
    u64 bits = read_compact(in);
    in->bad |= bits / 8 > in->left;
    read_take(in, (u32)((bits + 7) / 8));
}

/* `offered`: from an author, whose candidates are passed over. */
static struct inherent_data read_inherent_data(struct reader *in, bool offered)
{
    struct inherent_data d = { .bitfields = { in->at, 0 } };
    for (u32 n = read_count(in, 69); n && !in->bad; n--)
        skip_bitfield(in);
    d.bitfields.len = (u32)(in->at - d.bitfields.at);
    u32 candidates = read_count(in, 1);
    d.has_more = !offered && candidates;
    for (; offered && candidates && !in->bad; candidates--)
        skip_candidate(in);
    d.has_more |= read_count(in, 1) != 0; /* disputes */
    d.parent_header.at = in->at;
    if (!d.has_more)
        read_header(in);
    d.parent_header.len = (u32)(in->at - d.parent_header.at);
    return d;
}

static bool is_parent(struct bytes header)
{
    struct hash given = host_blake2_256(header), parent = system_parent_hash();
    return equal(hash_bytes(&given), hash_bytes(&parent));
}

static struct outcome enter(const struct origin *origin, struct reader *args)
{
    struct inherent_data d = read_inherent_data(args, false);
    if (!d.has_more && args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_NONE)
        return bad_origin();
    if (d.has_more)
        return failed(&pallet_para_inherent, CANDIDATES_FILTERED);
    struct bytes value;
    if (stored(included_key(), &value))
        return failed(&pallet_para_inherent, TOO_MANY_INCLUSION_INHERENTS);
    if (!is_parent(d.parent_header) || fault_is(INHERENT_REFUSED))
        return failed(&pallet_para_inherent, INVALID_PARENT_HEADER);
    store(included_key(), bytes_of("", 0));
    return succeeded();
}

/* Like the full runtime's: what would be refused makes no inherent at all. */
bool para_inherent_inherent(struct writer *call, struct bytes data)
{
    struct reader in = reader_of(data);
    struct inherent_data d = read_inherent_data(&in, true);
    if (in.bad || d.has_more || fault_is(INHERENT_NOT_MADE) || !is_parent(d.parent_header))
        return false;
    put_u8(call, pallet_index(&pallet_para_inherent));
    put_u8(call, 0);
    put(call, d.bitfields);
    put_compact(call, 0);
    put_compact(call, 0);
    put(call, d.parent_header);
    return true;
}

void para_inherent_on_finalize(void)
{
    if (!forget_flag(included_key()))
        panic("Bitfields and heads must be included every block");
}

static const struct entry entries[] = {
    { "Included", OPTIONAL, HASH_NONE, T_END, T_UNIT },
    { 0 },
};
static const struct call calls[] = {
    { "enter", 0, FIELDS({ "data", T_PARAS_INHERENT_DATA }), enter },
    { 0 },
};
static const struct choice errors[] = {
    { "TooManyInclusionInherents", TOO_MANY_INCLUSION_INHERENTS, NULL },
    { "InvalidParentHeader", INVALID_PARENT_HEADER, NULL },
    { "CandidatesFilteredDuringExecution", CANDIDATES_FILTERED, NULL },
    { 0 },
};
const struct pallet pallet_para_inherent = {
    "ParaInherent",
    54,
    entries,
    calls,
    .errors = errors,
    .calls_type = T_PARA_INHERENT_CALL,
    .errors_type = T_PARA_INHERENT_ERROR,
};
