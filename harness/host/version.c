/* version.c - what a runtime says it is.
 * Mirrors: sp-version, spec chapter Runtime API Core_version. */
#include "host/host_impl.h"

#include <string.h>

static void read_name(char *out, size_t size, dg_scale *in)
{
    dg_bytes text = dg_scale_bytes(in);
    out[0] = 0;
    if (text.len >= size) {
        dg_scale_fail(in, "name is too long");
        return;
    }
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] < 0x20 || text.at[i] > 0x7e) {
            dg_scale_fail(in, "name is not printable ASCII");
            return;
        }
    if (text.len)
        memcpy(out, text.at, text.len);
    out[text.len] = 0;
}

static void read_apis(dg_version *out, dg_scale *in)
{
    uint32_t count = dg_scale_count(in, 12);
    if (count > DG_VERSION_APIS_MAX) {
        dg_scale_fail(in, "more APIs than a runtime can have");
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        dg_bytes id = dg_scale_take(in, 8);
        if (id.len == 8)
            memcpy(out->apis[i].id, id.at, 8);
        out->apis[i].version = dg_scale_u32(in);
    }
    out->api_count = count;
}

static void read_first(dg_version *out, dg_scale *in)
{
    memset(out, 0, sizeof *out);
    read_name(out->spec_name, sizeof out->spec_name, in);
    read_name(out->impl_name, sizeof out->impl_name, in);
    out->authoring_version = dg_scale_u32(in);
    out->spec_version = dg_scale_u32(in);
    out->impl_version = dg_scale_u32(in);
    read_apis(out, in);
    out->transaction_version = 1;
}

dg_code dg_host_version_of_section(dg_version *out, size_t *rest, dg_bytes raw, uint32_t core,
                                   dg_error *err)
{
    dg_scale in = dg_scale_from(raw);
    read_first(out, &in);
    core = core ? core : dg_version_api(out, "Core");
    if (core >= 3)
        out->transaction_version = dg_scale_u32(&in);
    if (core >= 4)
        out->system_version = dg_scale_u8(&in);
    *rest = dg_scale_left(&in);
    return dg_scale_check(&in, err, "section runtime_version");
}

/* The trailing fields came with Core 3 and 4. A list without APIs is that of a
 * custom section, which was never made without them. */
dg_code dg_version_decode(dg_version *out, dg_bytes raw, dg_error *err)
{
    dg_scale in = dg_scale_from(raw);
    uint32_t core;
    read_first(out, &in);
    core = dg_version_api(out, "Core");
    if (core >= 3 || (out->api_count == 0 && dg_scale_left(&in) > 0))
        out->transaction_version = dg_scale_u32(&in);
    if (core >= 4 || (out->api_count == 0 && dg_scale_left(&in) > 0))
        out->system_version = dg_scale_u8(&in);
    return dg_scale_finish(&in, err, "runtime version");
}

void dg_version_encode(dg_buf *out, const dg_version *version)
{
    uint32_t core = dg_version_api(version, "Core");
    dg_scale_put_bytes(out, dg_text(version->spec_name));
    dg_scale_put_bytes(out, dg_text(version->impl_name));
    dg_scale_put_u32(out, version->authoring_version);
    dg_scale_put_u32(out, version->spec_version);
    dg_scale_put_u32(out, version->impl_version);
    dg_scale_put_compact(out, version->api_count);
    for (uint32_t i = 0; i < version->api_count; i++) {
        dg_buf_put(out, version->apis[i].id, 8);
        dg_scale_put_u32(out, version->apis[i].version);
    }
    if (core >= 3 || version->api_count == 0)
        dg_scale_put_u32(out, version->transaction_version);
    if (core >= 4 || version->api_count == 0)
        dg_buf_put_u8(out, version->system_version);
}

unsigned dg_version_trie(const dg_version *version)
{
    return version->system_version == 0 ? 0 : 1;
}

/* ---- API ids: BLAKE2b-64 of the trait's name ---- */

static const char *const api_names[] = {
    "Core",
    "Metadata",
    "BlockBuilder",
    "TaggedTransactionQueue",
    "OffchainWorkerApi",
    "ParachainHost",
    "BabeApi",
    "GrandpaApi",
    "AuthorityDiscoveryApi",
    "SessionKeys",
    "AccountNonceApi",
    "TransactionPaymentApi",
    "TransactionPaymentCallApi",
    "AuraApi",
    "AuraUnincludedSegmentApi",
    "CollectCollationInfo",
    "GetCoreSelectorApi",
    "GetParachainInfo",
    "RelayParentOffsetApi",
    "TargetBlockRate",
    "KeyToIncludeInRelayProof",
    "SlotSchedule",
    "BeefyApi",
    "BeefyMmrApi",
    "MmrApi",
    "NominationPoolsApi",
    "StakingApi",
    "XcmPaymentApi",
    "DryRunApi",
    "LocationToAccountApi",
    "GenesisBuilder",
    "TryRuntime",
    "Benchmark",
    "TrustedQueryApi",
    "AuthorizedAliasersApi",
    "RuntimeViewFunction",
    "Inflation",
    "ContractsApi",
    "EthereumRuntimeRPCApi",
    "TxPoolRuntimeApi",
    "FungiblesApi",
    "OracleApi",
    "OutboundQueueApi",
    "OutboundQueueV2Api",
    "ControlApi",
    "ControlV2Api",
    "AssetConversionApi",
    "NimbusApi",
    "DebugRuntimeApi",
    "ConvertTransactionRuntimeApi",
    "AssetsApi",
    "NftsApi",
    "ReviveApi",
    "AssetHubMigrationApi",
    "UnincludedSegmentApi",
    "TransactionStorageApi",
    "BulletinTransactionStorageApi",
    "ValidateStatement",
    "DappStakingApi",
    "TimestampApi",
    "DifficultyApi",
    "SassafrasApi",
    "GetLastTimestamp",
    "VrfApi",
    "CurrenciesApi",
    "TokensApi",
};
enum { API_NAMES = sizeof api_names / sizeof api_names[0] };

static void id_of(uint8_t id[8], const char *name)
{
    dg_blake2b(id, 8, dg_text(name));
}

uint32_t dg_version_api(const dg_version *version, const char *api)
{
    uint8_t id[8];
    id_of(id, api);
    for (uint32_t i = 0; i < version->api_count; i++)
        if (memcmp(version->apis[i].id, id, 8) == 0)
            return version->apis[i].version;
    return 0;
}

const char *dg_api_name(const uint8_t id[8])
{
    static uint8_t ids[API_NAMES][8]; /* a function of the names, made once */
    static bool known;
    for (size_t i = 0; !known && i < API_NAMES; i++)
        id_of(ids[i], api_names[i]);
    known = true;
    for (size_t i = 0; i < API_NAMES; i++)
        if (memcmp(ids[i], id, 8) == 0)
            return api_names[i];
    return NULL;
}
