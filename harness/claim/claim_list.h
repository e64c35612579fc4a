/* claim_list.h - the one list of claims, in the order of the report.
 *
 *   X(ID, member, "name")   DG_CLAIM_ID, dg_claim_<member> in <member>.c, what plans call it
 *
 * To be included with X defined, as often as wanted; no guard, therefore. A claim is a row here
 * and a file. */

X(IDENTITY, identity, "identity")
X(UPGRADE_ENACTED, upgrade_enacted, "upgrade-enacted")
X(BLOCK_CADENCE, block_cadence, "block-cadence")
X(SESSION_CADENCE, session_cadence, "session-cadence")
X(AUTHORABLE, authorable, "authorable")
X(MEMORY, memory, "memory")
X(AUTHORITIES_SURVIVE, authorities_survive, "authorities-survive")
X(CONFIG_SURVIVES, config_survives, "config-survives")
X(INHERENT_ACCEPTED, inherent_accepted, "inherent-accepted")
X(API_WINDOW, api_window, "api-window")
X(API_COMPATIBLE, api_compatible, "api-compatible")
X(SESSION_VALUES, session_values, "session-values")
X(MIGRATION, migration, "migration")
X(QUEUED_CALLS, queued_calls, "queued-calls")
X(REIMPORT, reimport, "reimport")
X(STATE_GROWTH, state_growth, "state-growth")
X(TOPOLOGY_PRESENT, topology_present, "topology-present")
X(BACKING_RATE, backing_rate, "backing-rate")
X(INCLUSION_RATE, inclusion_rate, "inclusion-rate")
X(FINALITY_LAG, finality_lag, "finality-lag")
X(PARA_INTERVAL, para_interval, "para-interval")
X(GROUPS_ABLE, groups_able, "groups-able")
X(AVAILABILITY, availability, "availability")
X(NO_SHOWS, no_shows, "no-shows")
X(COLLATOR_HEALTH, collator_health, "collator-health")
X(PVF_READY, pvf_ready, "pvf-ready")
X(DISPUTES, disputes, "disputes")
X(UPGRADE_STALL, upgrade_stall, "upgrade-stall")
X(MEMORY_SLOPE, memory_slope, "memory-slope")
X(CHANNEL_BOUNDED, channel_bounded, "channel-bounded")
X(ROUND_PROGRESS, round_progress, "round-progress")
X(QUORUM_EQUIVALENCE, quorum_equivalence, "quorum-equivalence")
