/* executive.c - a block from its header to its roots, built call by call or
 * executed as a whole; both ways must end in the same state. */
#include "authorities.h"
#include "extrinsic.h"
#include "faults.h"
#include "host.h"
#include "inherents.h"
#include "migrations.h"
#include "scheduler.h"

/* ---- the three parts of a block ---- */

static void begin(const struct header *h)
{
    system_apply_pending_code();
    u64 weight = migrations_run();
    system_begin_block(h);
    system_register_weight(WEIGHT_MANDATORY, weight + WEIGHT_CALL);
    fault_in_initialize();
    scheduler_on_initialize(h->number);
    babe_on_initialize(h);
    session_on_initialize();
    timestamp_on_initialize();
}

static struct key inherents_applied_key(void)
{
    return key_value("System", "InherentsApplied");
}

/* Between inherents and transactions, once a block. */
static void inherents_applied(void)
{
    struct bytes value;
    if (stored(inherents_applied_key(), &value))
        return;
    store(inherents_applied_key(), bytes_of("\1", 1));
    migrations_step();
}

static struct validity apply(const struct extrinsic *x, struct outcome *o)
{
    if (!is_inherent(x->call))
        inherents_applied();
    return apply_extrinsic(x, o);
}

static struct header finish(void)
{
    inherents_applied();
    forget(inherents_applied_key());
    system_set_phase(PHASE_FINALIZATION);
    babe_on_finalize();
    timestamp_on_finalize();
    para_inherent_on_finalize();
    initializer_on_finalize();
    fault_in_finalize();
    return system_end_block();
}

/* ---- building ---- */

ENTRY(Core_initialize_block)
{
    struct header h = read_header(in);
    if (in->bad)
        panic("the header does not decode");
    begin(&h);
    fault_in_building();
    if (variant.generation >= 2) /* Core 5 answers which extrinsics may follow */
        put_u8(out, migrations_ongoing());
}

ENTRY(BlockBuilder_inherent_extrinsics)
{
    put_inherent_extrinsics(out, in);
}

ENTRY(BlockBuilder_apply_extrinsic)
{
    struct outcome o = succeeded();
    struct extrinsic x = read_extrinsic(in);
    if (in->bad)
        panic("the extrinsic does not decode");
    struct validity v = apply(&x, &o);
    if (!v.valid) {
        put_validity(out, v);
        return;
    }
    put_u8(out, 0);
    put_outcome(out, o);
}

ENTRY(BlockBuilder_finalize_block)
{
    struct header h = finish();
    put_header(out, &h);
}

/* Nothing an author may choose here is wrong enough to refuse a block for. */
ENTRY(BlockBuilder_check_inherents)
{
    put_u8(out, 1); /* okay */
    put_u8(out, 0); /* no fatal error */
    put_compact(out, 0);
}

/* ---- executing ---- */

/* The header an author began with: pre-runtime items alone. */
static struct header initial_header(const struct header *h)
{
    struct header first = { .parent = h->parent, .number = h->number };
    struct reader in = reader_of(h->digest);
    struct writer items = { 0 }, digest = { 0 };
    u32 kept = 0;
    for (u32 n = read_count(&in, 1); n; n--) {
        struct reader item = in;
        u8 kind = read_u8(&in);
        if (kind == DIGEST_ENVIRONMENT_UPDATED)
            continue;
        if (kind >= DIGEST_CONSENSUS)
            read_take(&in, 4);
        read_bytes(&in);
        if (kind != DIGEST_PRE_RUNTIME)
            continue;
        put(&items, bytes_of(item.at, item.left - in.left));
        kept++;
    }
    put_compact(&digest, kept);
    put(&digest, written(&items));
    first.digest = written(&digest);
    return first;
}

static void execute_extrinsics(struct reader *in)
{
    bool transactions = false;
    for (u32 n = read_count(in, 1); n && !in->bad; n--) {
        struct outcome o;
        struct extrinsic x = read_extrinsic(in);
        if (in->bad)
            break;
        if (is_inherent(x.call) && transactions)
            panic("an inherent follows a transaction");
        transactions |= !is_inherent(x.call);
        if (!apply(&x, &o).valid)
            panic("an extrinsic of the block is invalid");
    }
    if (in->bad || in->left)
        panic("the block does not decode");
}

static void check_final(const struct header *is, const struct header *should)
{
    if (!equal(is->digest, should->digest))
        panic("Digest item must match that calculated.");
    if (!equal(hash_bytes(&is->state_root), hash_bytes(&should->state_root)))
        panic("Storage root must match that calculated.");
    if (!equal(hash_bytes(&is->extrinsics_root), hash_bytes(&should->extrinsics_root)))
        panic("Transaction trie root must be valid.");
}

ENTRY(Core_execute_block)
{
    struct header claimed = read_header(in);
    if (in->bad)
        panic("the header does not decode");
    struct header first = initial_header(&claimed);
    begin(&first);
    execute_extrinsics(in);
    struct header made = finish();
    fault_in_execution();
    check_final(&made, &claimed);
}
