/* kinds.c - the kinds of findings: what each is about, and of those that can forbid enactment what
 * happens then and what to do. */
#include "preflight/preflight_impl.h"

#include <assert.h>
#include <string.h>

static const dg_preflight_kind kinds[] = {
    { "identity.spec-name", "N is another chain's runtime.", "set_code refuses N",
      "Take the runtime of this chain." },
    { "identity.spec-version", "spec_version does not increase.", "set_code refuses N",
      "Raise spec_version." },
    { "identity.authoring", "authoring_version differs.", "today's nodes stop making blocks",
      "Keep authoring_version." },
    { "identity.transaction",
      "transaction_version differs: what was signed before U is invalid after it.", NULL, NULL },
    { "identity.system", "system_version (state version) differs.", NULL, NULL },
    { "constants.epoch", "The epoch length differs, which nodes keep from their start.",
      "nodes refuse blocks of sessions to come", "Build N with N-1's epoch length." },
    { "constants.slot", "The slot duration differs, which nodes keep from their start.",
      "nodes refuse every timestamp", "Build N with N-1's slot duration." },
    { "constants.silent", "N does not answer what a node asks when it starts.",
      "nodes do not start on N", "Make N answer BabeApi_configuration over this state." },
    { "constants.c", "The probability of a primary slot differs.", NULL, NULL },
    { "constants.watched", "A constant differs that nodes or people rely on.", NULL, NULL },
    { "constants.value", "A constant of a pallet differs.", NULL, NULL },
    { "code.section", "What the blob's sections say of N and what its code says do not agree.",
      "nodes cannot use N", "Build N anew, so that its sections and its code say the same." },
    { "code.import", "N imports a host function that nodes do not provide, or another type of it.",
      "nodes do not start N", "Build N without the host functions that nodes lack." },
    { "nodes.backing", "Nodes of a named release back no candidate under N.",
      "a third of the nodes or more back no candidate",
      "Have these nodes updated before U, or leave the version of ParachainHost as it is." },
    { "nodes.topology", "Nodes of a named release lose their grid topology at U.", NULL, NULL },
    { "nodes.mode", "Nodes of a named release keep the mode of before U.", NULL, NULL },
    { "code.size", "Sizes of the two blobs.", NULL, NULL },
    { "code.raw", "Whether the blob is compressed.", NULL, NULL },
    { "api.removed", "A runtime API is gone.", "nodes call APIs that are gone",
      "Keep these APIs in N." },
    { "api.missing", "N declares a version of an API whose methods it does not export.",
      "nodes call methods that N lacks",
      "Implement the methods, or declare the version of the API that N has." },
    { "api.answer", "A method returns another type.", "nodes cannot read what N answers",
      "Keep the form of the answers, or give the API another version." },
    { "api.question", "A method takes different arguments.", NULL, NULL },
    { "api.method", "A method that N-1 answers is not exported by N.", NULL, NULL },
    { "api.version", "The version of an API differs, on which nodes switch features.", NULL, NULL },
    { "api.lowered", "The version of an API goes back.", NULL, NULL },
    { "api.added", "A runtime API is new.", NULL, NULL },
    { "transactions.signed", "Signed extensions differ and transaction_version does not.",
      "transactions signed for N-1 are invalid under N", "Raise transaction_version." },
    { "transactions.calls", "Calls have other indices and transaction_version does not differ.",
      "transactions signed for N-1 mean something else under N", "Raise transaction_version." },
    { "calls.arguments", "A call takes different arguments.", NULL, NULL },
    { "calls.removed", "A call is gone.", NULL, NULL },
    { "calls.index", "A call has another index.", NULL, NULL },
    { "pallet.removed", "A pallet is not in N.", NULL, NULL },
    { "pallet.index", "A pallet has another index.", NULL, NULL },
    { "pallet.added", "A pallet is new.", NULL, NULL },
    { "config.lost", "The configuration of the parachains' host does not survive N's migrations.",
      "parachains lose the host configuration",
      "Add the HostConfiguration migrations of the releases in between to N." },
    { "config.gone", "A value of the host configuration has no place in N's layout.", NULL, NULL },
    { "config.changed", "A value of the host configuration changes with N's first block.", NULL,
      NULL },
    { "config.already", "The host configuration does not decode even under N-1.", NULL, NULL },
    { "config.in-steps", "The host configuration waits for a migration of several blocks.", NULL,
      NULL },
    { "entities.lost", "Parachains, or what belongs to them, are gone after N's first block.",
      "parachains, or what belongs to them, are lost",
      "Make N's migrations take along all that was there." },
    { "session-keys", "Session keys under N are not those that validators hold.",
      "validators drop out of the set, or cannot sign",
      "Add the session-key migration of the releases in between to N." },
    { "session-keys.placeholder", "A new session key is one with which nobody can sign.", NULL,
      NULL },
    { "session-keys.layout", "The layout of session keys differs.", NULL, NULL },
    { "session.kept", "Nodes keep for a session what N means otherwise.", NULL, NULL },
    { "grandpa.lost", "The GRANDPA authorities do not survive N's migrations.", "finality ends",
      "Make N keep the GRANDPA authorities." },
    { "grandpa.at-u", "At U, before N's migrations, GRANDPA's authorities read otherwise.", NULL,
      NULL },
    { "migration.weight", "N's migrations weigh more than a block may.",
      "N's first block is overweight",
      "Split N's migrations over several blocks, or over several releases." },
    { "migration.trap", "N cannot start its first block over this state.", "no block follows U",
      "Mend what keeps N from starting its first block." },
    { "migration.recorded", "N does not note that its migrations have run.",
      "N's migrations run in every block",
      "Make N write System.LastRuntimeUpgrade in its first block." },
    { "migration.gated", "What N's migrations do depends on the release that was enacted before.",
      NULL, NULL },
    { "migration.multi-block", "N starts a migration of several blocks.", NULL, NULL },
    { "migration.cost", "Instructions that the start of N's first block takes.", NULL, NULL },
    { "migration.memory", "Memory that the start of N's first block takes.", NULL, NULL },
    { "queued.call", "A call that waits in the state does not run under N as it was meant.",
      "queued calls do not run as they were meant",
      "Cancel the queued calls before U, and schedule them again under N." },
    { "queued.calls", "Calls that wait in the state.", NULL, NULL },
    { "queued.authorized", "An upgrade is authorized already.", NULL, NULL },
    { "queued.pending-code", "Other code waits to be enacted.", NULL, NULL },
    { "storage.unfound", "Values stand under keys that N does not build.",
      "N does not find stored values",
      "Migrate in N what stands in the old layout, or enact the releases in between one after "
      "another." },
    { "storage.undecodable", "Values do not decode under N after its migrations.",
      "N cannot read stored values",
      "Migrate in N what stands in the old layout, or enact the releases in between one after "
      "another." },
    { "storage.at-u", "Values do not decode at U, before N's migrations.", NULL, NULL },
    { "storage.in-steps", "Values wait for a migration of several blocks.", NULL, NULL },
    { "storage.already", "Values do not decode even under N-1.", NULL, NULL },
    { "storage.orphan", "Values stay in the state though N has no such item.", NULL, NULL },
    { "storage.hasher", "The keys of a map are hashed otherwise.", NULL, NULL },
    { "storage.key", "The keys of a map are of another type.", NULL, NULL },
    { "storage.type", "The layout of a stored value differs.", NULL, NULL },
    { "storage.removed", "A storage item is not in N.", NULL, NULL },
    { "storage.added", "Storage items are new.", NULL, NULL },
    { "storage.version", "A pallet's storage version differs after N's first block.", NULL, NULL },
    { "storage.version-kept", "Values were migrated, and the storage version is as before.", NULL,
      NULL },
    { "storage.versions", "Storage versions that stay as they are.", NULL, NULL },
};

const dg_preflight_kind *dg_preflight_kind_of(const char *id)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].id, id) == 0)
            return &kinds[i];
    return NULL;
}

static int put_kind(json_t *out, const dg_preflight_kind *kind)
{
    json_t *one = json_pack("{s:s}", "about", kind->about);
    assert(!kind->breaks == !kind->remedy); /* what breaks has something to be done */
    if (kind->breaks
        && (json_object_set_new(one, "breaks", json_string(kind->breaks)) != 0
            || json_object_set_new(one, "remedy", json_string(kind->remedy)) != 0)) {
        json_decref(one);
        return -1;
    }
    return json_object_set_new(out, kind->id, one);
}

json_t *dg_preflight_kinds_found(const json_t *findings)
{
    json_t *out = json_object();
    const json_t *f;
    size_t i;
    int bad = !out;
    json_array_foreach(findings, i, f)
    {
        const char *id = json_string_value(json_object_get(f, "id"));
        const dg_preflight_kind *kind = id ? dg_preflight_kind_of(id) : NULL;
        assert(kind); /* each was made here */
        bad |= !json_object_get(out, id) && put_kind(out, kind) != 0;
    }
    if (bad)
        json_decref(out);
    return bad ? NULL : out;
}
