/* constants.c - numbers that a model needs and no runtime tells, each with its source. */
#include "world/world.h"

static const struct {
    uint64_t value;
    const char *source;
} constants[DG_CONST_COUNT] = {
    [DG_CONST_SLOT_BUDGET] = { 667, "slot budget: polkadot node/service, SlotProportion 2/3" },
    [DG_CONST_FUTURE_SLOTS] = { 1, "future slots: sc-consensus-babe, the verifier's slot_now + 1 "
                                   "for some drift" },
    [DG_CONST_PROPOSE_WAIT] = { 2000 * DG_MS, "propose wait: provisioner PRE_PROPOSE_TIMEOUT" },
    [DG_CONST_INHERENT_LIMIT] = { 2500 * DG_MS,
                                  "inherent limit: node/core/parachains-inherent "
                                  "PROVISIONER_TIMEOUT, then default data; unverified" },
    [DG_CONST_BITFIELD_WAIT] = { 1500 * DG_MS,
                                 "bitfield wait: bitfield-signing SPAWNED_TASK_DELAY" },
    [DG_CONST_COLLATION] = { 700 * DG_MS, "collation: 500 ms of authoring in synchronous backing, "
                                          "200 ms to the backer" },
    [DG_CONST_SLOT_DRIFT] = { 1000 * DG_MS, "slot drift: cumulus omni-node, slot_drift of the "
                                            "slot-based author" },
    [DG_CONST_PREPARE_MIN] = { 6000 * DG_MS, "preparation: polkadot-sdk 4132, 50 codes one after "
                                             "another took 5 to 15 minutes" },
    [DG_CONST_PREPARE_MAX] = { 18000 * DG_MS, "preparation: polkadot-sdk 4132, as above" },
    [DG_CONST_VALIDATION] = { 300 * DG_MS,
                              "validation: ours; live blocks take 100 to 500 ms of 2 s" },
    [DG_CONST_EXECUTORS] = { 2, "executors: node/core/pvf, execution workers" },
    [DG_CONST_TICK] = { 500 * DG_MS, "tick: approval-voting time.rs, TICK_DURATION_MILLIS" },
    [DG_CONST_APPROVAL_DELAY] = { 2, "approval delay: approval-voting, APPROVAL_DELAY" },
    [DG_CONST_RECOVERY] = { 1000 * DG_MS, "recovery: ours; chunks from a third of the validators, "
                                          "1 s allowed for each" },
    [DG_CONST_RECOVERY_PARALLEL] = { 50, "recovery: availability-recovery N_PARALLEL" },
    [DG_CONST_AGGRESSION_1] = { 13, "aggression: approval-distribution AggressionConfig, "
                                    "l1_threshold" },
    [DG_CONST_AGGRESSION_2] = { 28, "aggression: approval-distribution AggressionConfig, "
                                    "l2_threshold" },
    [DG_CONST_RESEND] = { 8, "resend: approval-distribution AggressionConfig, "
                             "resend_unfinalized_period" },
    [DG_CONST_PARTICIPATIONS] = { 3, "disputes: dispute-coordinator participation, "
                                     "MAX_PARALLEL_PARTICIPATIONS" },
    [DG_CONST_LAG_MAX] = { 500, "finality lag: polkadot relay_chain_selection, MAX_FINALITY_LAG" },
    [DG_CONST_GOSSIP] = { 1000 * DG_MS,
                          "gossip duration: polkadot node/service, GRANDPA_GOSSIP_DURATION" },
    [DG_CONST_BEFORE_BEST] = { 2, "before best: sc-consensus-grandpa VotingRulesBuilder default, "
                                  "BeforeBestBlockBy(2)" },
    [DG_CONST_REQUEST_TIMEOUT] = { 2500 * DG_MS, "candidate requests: request_response "
                                                 "ATTESTED_CANDIDATE_TIMEOUT" },
    [DG_CONST_REQUEST_RETRY] = { 1000 * DG_MS,
                                 "candidate requests: v2/requests.rs REQUEST_RETRY_DELAY" },
    [DG_CONST_REQUEST_PARALLEL] = { 5, "candidate requests: "
                                       "MAX_PARALLEL_ATTESTED_CANDIDATE_REQUESTS" },
    [DG_CONST_STATEMENT_TIMEOUT] = { 1000 * DG_MS,
                                     "large statements: request_response STATEMENTS_TIMEOUT" },
    [DG_CONST_POV_TIMEOUT] = { 1200 * DG_MS,
                               "proof requests: request_response POV_REQUEST_TIMEOUT_CONNECTED" },
    [DG_CONST_CHUNK_TIMEOUT] = { 1000 * DG_MS,
                                 "chunk requests: request_response CHUNK_REQUEST_TIMEOUT" },
    [DG_CONST_GOSSIP_PEERS] = { 25, "gossip: node/subsystem-util MIN_GOSSIP_PEERS" },
    [DG_CONST_RANDOM_PEERS] = { 4, "gossip: grid_topology.rs DEFAULT_RANDOM_CIRCULATION; each of n "
                                   "peers is taken with 25 / n" },
    [DG_CONST_FUEL_PER_US] = { 1000, "fuel: `bench fuel`, six calls of Paseo 1001002 at a leaf, "
                                     "each in a fresh instance: 959 together, 2306 in "
                                     "the largest alone; whole blocks 1990" },
    [DG_CONST_CALLS_AT_ONCE] = { 4, "calls at once: runtime-api MAX_PARALLEL_REQUESTS" },
    [DG_CONST_HARDWARE] = { 2000, "hardware: from the speed at which fuel was measured to half "
                                  "of it; ours" },
    [DG_CONST_STALL_LIMIT] = { 10000 * DG_MS,
                               "stall limit: orchestra's signal timeout, from memory; unverified" },
    [DG_CONST_SHUTDOWN] = { 60000 * DG_MS,
                            "shutdown: polkadot-sdk 5738, tasks are waited for up to 60 s" },
    [DG_CONST_RESTART_MIN] = { 20000 * DG_MS, "restart, lowest: a process under supervision; "
                                              "ours" },
    [DG_CONST_RESTART_MAX] = { 600000 * DG_MS, "restart, highest: by hand; the incident of "
                                               "2024-09-17 was over after about ten minutes" },
    [DG_CONST_COMPILE] = { 2558000, "compile: real nodes at an upgrade, 66 s of two cores for two "
                                    "times 12,901,417 bytes (wasmtime alone: 1.1 us a byte)" },
    [DG_CONST_COMPILE_CORES_MIN] = { 4, "compile cores, lowest: hardware required of validators "
                                        "until 2024; unverified" },
    [DG_CONST_COMPILE_CORES_MAX] = { 8, "compile cores, highest: hardware required of "
                                        "validators since; unverified" },
    [DG_CONST_REPUTATION_BATCH] = { 30000 * DG_MS,
                                    "reputation: node-subsystem-util, REPUTATION_CHANGE_INTERVAL" },
    [DG_CONST_BAN_PERMILLE] = { 716,
                                "ban threshold: sc-network peer_store, from memory; unverified" },
    [DG_CONST_FORGIVEN] = { 50, "forgiven: sc-network peer_store INVERSE_DECREMENT, from memory: 2 "
                                "% less a second, both good and bad; unverified" },
};

uint64_t dg_world_constant(dg_constant which)
{
    return constants[which].value;
}
const char *dg_world_constant_source(dg_constant which)
{
    return constants[which].source;
}

void dg_world_compile_range(dg_ns out[2], uint64_t wasm_len)
{
    uint64_t one_core = dg_world_constant(DG_CONST_COMPILE) / 1000 * wasm_len;
    out[0] = one_core / dg_world_constant(DG_CONST_COMPILE_CORES_MAX);
    out[1] = one_core / dg_world_constant(DG_CONST_COMPILE_CORES_MIN);
}
