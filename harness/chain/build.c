/* build.c - one block on a parent, as an author makes it: initialize, inherents,
 * transactions, finalize, seal.
 * Mirrors: sc-basic-authorship basic_authorship.rs. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

typedef struct making {
    dg_exec exec;
    dg_block *parent;
    const dg_build_options *options;
    dg_buf body; /* extrinsics taken in, one after another */
    uint32_t count;
    dg_error inherent_error; /* why an inherent was left out, for the words of a later panic */
} making;

static dg_code take_in(making *m, dg_bytes extrinsic, dg_error *err)
{
    dg_buf_put_bytes(&m->body, extrinsic);
    m->count++;
    return dg_buf_check(&m->body, err, "block body");
}

static void note_refusal(making *m)
{
    dg_build_report *r = m->exec.report;
    dg_bytes answer = dg_buf_bytes(&m->exec.output);
    if (!r->refused_count++)
        memcpy(r->first_refusal, answer.at,
               answer.len < sizeof r->first_refusal ? answer.len : sizeof r->first_refusal);
}

/* Applies one extrinsic. A refusal or a trap leaves it out, and the block goes
 * on; `*refused` tells. */
static dg_code apply(making *m, dg_bytes extrinsic, bool *refused, dg_error *err)
{
    dg_build_report *r = m->exec.report;
    dg_exec_applied how;
    dg_code rc = dg_exec_apply(&m->exec, &how, extrinsic, err);
    *refused = true;
    if (rc == DG_TRAP) {
        r->refused_count++;
        return DG_TRAP;
    }
    if (rc < 0)
        return rc;
    if (how == DG_REFUSED) {
        note_refusal(m);
        return DG_OK;
    }
    *refused = false;
    r->failed_count += how == DG_APPLIED_FAILED;
    return take_in(m, extrinsic, err);
}

/* ---- inherents ---- */

/* InvalidTransaction::BadMandatory: the one refusal that a real author gives up on. */
static bool bad_mandatory(dg_bytes answer)
{
    return answer.len >= 3 && answer.at[0] == 1 && answer.at[1] == 0 && answer.at[2] == 8;
}

static void note_left_out(making *m)
{
    dg_build_report *r = m->exec.report;
    if (!r->left_out[0])
        snprintf(r->left_out, sizeof r->left_out, "%.230s", m->inherent_error.text);
}

static dg_code apply_inherent(making *m, dg_bytes extrinsic, uint32_t i, dg_error *err)
{
    bool refused;
    dg_code rc = apply(m, extrinsic, &refused, err);
    m->exec.report->refused_inherents = m->exec.report->refused_count;
    if (rc == DG_TRAP) {
        dg_fail(&m->inherent_error, DG_TRAP, "inherent %u trapped: %.200s", i,
                m->exec.report->panic[0] ? m->exec.report->panic
                : err                    ? err->text
                                         : "");
        note_left_out(m);
        return DG_OK; /* an author drops it; finalize tells whether it was needed */
    }
    if (rc < 0)
        return rc;
    if (!refused) {
        m->exec.report->inherent_count++;
        return DG_OK;
    }
    if (bad_mandatory(dg_buf_bytes(&m->exec.output)))
        return dg_fail(err, DG_TRAP, "mandatory inherent %u was refused (BadMandatory)", i);
    dg_fail(&m->inherent_error, DG_TRAP, "inherent %u was refused (%02x%02x%02x)", i,
            m->exec.report->first_refusal[0], m->exec.report->first_refusal[1],
            m->exec.report->first_refusal[2]);
    note_left_out(m);
    return DG_OK;
}

static dg_code apply_inherents(making *m, dg_bytes list, dg_error *err)
{
    dg_scale s = dg_scale_from(list);
    uint32_t count = dg_scale_count(&s, 1);
    dg_code rc;
    m->exec.report->step = DG_BUILD_APPLY;
    for (uint32_t i = 0; i < count && s.rc == DG_OK; i++) {
        size_t from = s.at;
        dg_scale_bytes(&s);
        if (s.rc == DG_OK
            && (rc = apply_inherent(m, dg_bytes_of(list.at + from, s.at - from), i, err)) < 0)
            return rc;
    }
    return dg_scale_finish(&s, err, "answer of inherent_extrinsics");
}

static dg_code make_inherents(making *m, dg_error *err)
{
    dg_buf data, list;
    dg_code rc;
    m->exec.report->step = DG_BUILD_INHERENTS;
    dg_buf_init(&data, DG_BLOCK_MAX);
    rc = dg_chain_inherent_data(&data, m->exec.chain, m->parent, m->exec.runtime,
                                m->options->claim.slot, m->options->paras_inherent, err);
    if (rc == DG_OK)
        rc = dg_exec_call(&m->exec, "BlockBuilder_inherent_extrinsics", dg_buf_bytes(&data),
                          DG_EXEC_ROLLBACK, err);
    dg_buf_clear(&data);
    if (rc < 0)
        return rc;
    list = m->exec.output; /* moved: applying overwrites it */
    dg_buf_init(&m->exec.output, 0);
    rc = apply_inherents(m, dg_buf_bytes(&list), err);
    dg_buf_clear(&list);
    return rc;
}

/* ---- transactions ---- */

static dg_code apply_transactions(making *m, dg_error *err)
{
    dg_build_report *r = m->exec.report;
    for (size_t i = 0; i < m->options->extrinsic_count; i++) {
        bool refused;
        dg_code rc = apply(m, m->options->extrinsics[i], &refused, err);
        if (rc == DG_TRAP)
            continue;
        if (rc < 0)
            return rc;
        r->applied_count += !refused;
    }
    return DG_OK;
}

/* ---- the finished block ---- */

/* The public key of the claim's authority; zeros where the epoch cannot be told. */
static void author_key(making *m, uint8_t key[32])
{
    dg_epoch epoch;
    memset(key, 0, 32);
    if (dg_chain_epoch(m->exec.chain, m->parent, m->options->claim.slot, &epoch, NULL) != DG_OK)
        return;
    if (m->options->claim.authority < epoch.authority_count)
        memcpy(key, epoch.authorities[m->options->claim.authority].key, 32);
    dg_epoch_clear(&epoch);
}

static dg_code check_header(making *m, dg_bytes raw, dg_error *err)
{
    uint64_t from = dg_wall_ns();
    dg_header header;
    dg_digest_item item;
    dg_hash root;
    dg_code rc;
    if ((rc = dg_header_decode(&header, raw, err)) < 0)
        return dg_fail_within(err, rc, "answer of finalize_block");
    if (header.number != m->parent->number + 1
        || !dg_hash_equal(&header.parent, &m->parent->header_hash))
        return dg_fail(err, DG_MISMATCH,
                       "finalize_block returned header #%u on %s instead of #%u on %s",
                       header.number, dg_hash_short(&header.parent).text, m->parent->number + 1,
                       dg_hash_short(&m->parent->header_hash).text);
    if ((rc = dg_state_root(m->exec.state, &root, err)) < 0)
        return rc;
    m->exec.report->wall_root_ns += dg_wall_ns() - from;
    if (!dg_hash_equal(&root, &header.state_root))
        return dg_fail(err, DG_MISMATCH, "state root is %s, but the header says %s",
                       dg_hash_text(&root).text, dg_hash_text(&header.state_root).text);
    m->exec.report->environment_updated =
        dg_digest_find(header.digest, &item, DG_DIGEST_ENVIRONMENT_UPDATED, NULL) == DG_OK;
    return DG_OK;
}

static dg_code split_body(const making *m, dg_bytes **list, dg_error *err)
{
    dg_scale s = dg_scale_from(dg_buf_bytes(&m->body));
    *list = dg_calloc(m->count ? m->count : 1, sizeof **list);
    if (!*list)
        return dg_fail(err, DG_NOMEM, "no memory for %u extrinsics", m->count);
    for (uint32_t i = 0; i < m->count; i++) {
        size_t from = s.at;
        dg_scale_bytes(&s);
        (*list)[i] = dg_bytes_of(m->body.at + from, s.at - from);
    }
    return dg_scale_finish(&s, err, "block body");
}

static dg_code add_block(making *m, dg_block **out, dg_bytes sealed, dg_error *err)
{
    assert(m->exec.state);
    dg_state *state = m->exec.state;
    dg_block *block = NULL;
    dg_bytes *list = NULL;
    dg_code rc;
    m->exec.state = NULL; /* moved */
    if ((rc = dg_block_new(&block, m->exec.chain, m->parent, sealed, state, err)) < 0
        || (rc = split_body(m, &list, err)) < 0
        || (rc = dg_block_put_body(block, list, m->count, err)) < 0
        || (rc = dg_block_put_writes(block, m->options->writes, m->options->write_count, err))
               < 0) {
        dg_block_free(block);
        block = NULL;
        goto out;
    }
    block->executed_by = m->exec.runtime;
    dg_chain_tree_add(m->exec.chain, block);
out:
    dg_free(list);
    *out = block;
    return rc;
}

static dg_code finish(making *m, dg_block **out, dg_error *err)
{
    uint8_t key[32];
    dg_buf sealed;
    dg_code rc = dg_exec_finalize(&m->exec, err);
    if (rc == DG_TRAP && m->inherent_error.text[0])
        return dg_fail_within(err, rc, "%s; then finalize_block", m->inherent_error.text);
    if (rc < 0 || (rc = check_header(m, dg_buf_bytes(&m->exec.output), err)) < 0)
        return rc;
    author_key(m, key);
    dg_buf_init(&sealed, DG_HEADER_MAX);
    if ((rc = dg_header_seal(&sealed, dg_buf_bytes(&m->exec.output), key, err)) == DG_OK)
        rc = add_block(m, out, dg_buf_bytes(&sealed), err);
    dg_buf_clear(&sealed);
    return rc;
}

/* ---- all steps ---- */

static dg_code initialize(making *m, dg_error *err)
{
    uint8_t room[160];
    dg_buf digest = dg_buf_on(room, sizeof room);
    dg_scale_put_compact(&digest, 1);
    dg_digest_put_claim(&digest, &m->options->claim);
    assert(digest.rc == DG_OK); /* a claim has a known size */
    return dg_exec_initialize(&m->exec, &m->parent->header_hash, m->parent->number + 1,
                              dg_buf_bytes(&digest), err);
}

static dg_code make(making *m, dg_block **out, dg_error *err)
{
    dg_code rc = dg_exec_take_out(&m->exec, m->options->writes, m->options->write_count, err);
    if (rc < 0 || (rc = initialize(m, err)) < 0 || (rc = make_inherents(m, err)) < 0)
        return rc;
    if (!m->exec.report->only_inherents && (rc = apply_transactions(m, err)) < 0)
        return rc;
    if ((rc = dg_exec_write(&m->exec, m->options->writes, m->options->write_count, err)) < 0)
        return rc;
    return finish(m, out, err);
}

dg_code dg_chain_build(dg_chain *chain, dg_block **out, dg_build_report *report, dg_block *parent,
                       const dg_build_options *options, dg_error *err)
{
    assert(parent->chain == chain);
    assert(options);
    dg_error own = { .code = DG_OK };
    dg_build_report unwanted;
    making m = { .parent = parent, .options = options };
    dg_runtime *runtime;
    dg_code rc;
    *out = NULL;
    report = report ? report : &unwanted;
    *report = (dg_build_report){ .step = DG_BUILD_RUNTIME };
    dg_buf_init(&m.body, DG_BLOCK_MAX);
    if ((rc = dg_block_runtime_next(chain, parent, &runtime, &own)) >= 0
        && (rc = dg_exec_init(&m.exec, chain, parent, runtime, report, &own)) >= 0)
        rc = make(&m, out, &own);
    dg_exec_clear(&m.exec);
    dg_buf_clear(&m.body);
    if (rc < 0)
        return dg_fail(err, rc, "block #%u, slot %llu: %s", parent->number + 1,
                       (unsigned long long)options->claim.slot, own.text);
    report->step = DG_BUILD_DONE;
    assert(*out && (*out)->parent == parent);
    return DG_OK;
}
