/* event_list.h - the one list of what can happen: a row for each kind of event.
 *
 *   X(KIND, member, "name", fields..)   DG_EVENT_KIND, dg_event.member, its name in a log,
 *                                       and its numbers, at most DG_EVENT_FIELDS_MAX
 *
 * To be included with X defined, as often as wanted; no guard, therefore. Every number is an
 * int64_t; a flag is 1 or 0. `slot` is the BABE slot, `session` a session's index, `_ms` are
 * milliseconds of simulated time, `fuel` is the guest's fuel. Counts have no unit in their
 * name. What a row says of `detail` are the keys of that object, texts unless said otherwise.
 * Labels of moments (`at`, `window`) are "U-1", "U", "U+1", "boundary", "session+1",
 * "session+2", "end"; in control they name the blocks of the same slots. */

/* ---- the run and its blocks ---- */

/* an arm begins; slot_ms: length of a slot, boundaries_wanted: session boundaries after U,
 * upgrade_slot: U's, code: 1 where U brings N's code, 0 where only the configuration changes;
 * detail: spec_name, spec_version, from_slot, end_slot (numbers), claims (the plan's object) */
X(RUN_START, run_start, "run-start", fork_block, epoch_slots, slot_ms, session, system_version,
  boundaries_wanted, upgrade_slot, code)
/* what nodes have time for; fuel_per_ms: of a guest's, proposal_permille: of a slot, for an author
 * to make its block, slowest_permille: times as long on the slowest hardware, stall_ms: a
 * subsystem that waits for so long ends its node, propose_wait_ms: from a leaf to what an
 * author's inherent is made of */
X(NODE_LIMITS, node_limits, "node-limits", fuel_per_ms, proposal_permille, slowest_permille,
  stall_ms, propose_wait_ms)
/* a slot passed; built: a flag; claims: authors that may build in it */
X(SLOT, slot, "slot", slot, built, claims)
/* a block of the chain (the member has another name: `block` is the number that every event has);
 * only_inherents: no transaction, author: node of the network, -1 for a single author; detail:
 * hash, state_root */
X(BLOCK, new_block, "block", slot, session, epoch_index, extrinsics, fuel, only_inherents, author)
/* step: of building, trap: how it ended (numbers of the room chain); detail: step, panic,
 * reason */
X(BUILD_FAILED, build_failed, "build-failed", slot, step, trap)
/* a client's view of a block; digest_expected, digest_seen: an epoch's, flags; authorities: a
 * count */
X(EPOCH, epoch, "epoch", epoch_index, epoch_start, digest_expected, digest_seen, authorities, slot)
/* a new session, and how many each of its sets has */
X(SESSION, session, "session", session, validators, grandpa_authorities, babe_authorities,
  para_validators, slot)
/* pending: N waits one block, enacted: N is the code, migrated: 0 at U, 1 when N's own first
 * block is in; detail: old, new, how, path, refused */
X(UPGRADE, upgrade, "upgrade", pending, enacted, slot, migrated)
/* a fact that nodes go by; fatal: none may change it, ok: N has it as N-1; detail: what, old,
 * new */
X(IDENTITY, identity, "identity", fatal, ok)
/* an answer; missing: N declares the method and has it not, bytes: of the answer, decodes: a flag,
 * version: the API's, contradicts: a later answer; against: control's at the same moment
 * (dg_event_against); detail: api, window, hash, error, value, later, control,
 * differs, because (why it is compared so) */
X(API, api, "api", ok, missing, fuel, bytes, decodes, version, contradicts, against)
/* an answer's type differs or its method is gone; readable: this one decodes by N-1's types,
 * called: by a node of the plan, or without a network of N-1's time; detail: api, where */
X(API_TYPE, api_type, "api-type", readable, called)
/* an answer that nodes keep for a session, once U+1 was asked as well; lasts: U and U+1 are of one
 * session, running: what N-1 answered before U is not what N means at U+1, starting: what N answers
 * at U is not, none: N has none for this session, first: nobody had an answer of it before U (all
 * flags); detail, where one of the middle three is set: api, what, releases (that keep it), use,
 * before, at, after (the answers), place (what follows for U's) */
X(SESSION_VALUE, session_value, "session-value", lasts, running, starting, none, first)
/* one item of the configuration under N; equal: to control's, control_decodes: under N-1;
 * detail: what, control, treatment, changed */
X(CONFIG, config, "config", decodes, equal, control_decodes, fields, fields_changed)
/* how many each set has; detail: at, hashes (an object: a text for each set) */
X(AUTHORITIES, authorities, "authorities", validators, grandpa, babe, para)
/* paras_present: -1 where the block failed; detail: refused */
X(INHERENT, inherent, "inherent", produced, applied, paras_present)
/* the call that took the largest part of the memory that nodes give it, of a block or of all
 * answers at a moment; pages (of 64 KiB): it took, or asked for where that is more; limit: it could
 * have had; of: 0 a block by its author, 1 by who imports it, 2 answers; refusing: nodes that give
 * less than that and so refuse the block (1 without a network); detail: call, at (a moment's label;
 * "session", "era": the block that begins one; "": none, it took much) */
X(MEMORY, memory, "memory", slot, pages, limit, of, refusing)
/* running: a migration of several blocks; weights in picoseconds, of the block's mandatory
 * part; detail: versions, unraised, empty (arrays; of {item, version}: N wrote it anew, and its
 * pallet's storage version stayed; of pallets new in N that hold nothing), seen (whose values were
 * looked at: "written" since the fork, "present" in a partial snapshot; without it all) */
X(MIGRATION, migration, "migration", running, fuel, fuel_control, weight_ps, weight_max_ps,
  weight_control_ps)
/* one storage item under N; detail: pallet, item, role (value, session-keys; entity: gone;
 * keys-changed: read as others; keys-unusable: of no use), example, reason, unusable */
X(STORAGE, storage, "storage", entries, undecodable, undecodable_control)
/* a key that N-1 left in U and N does not expect in its first block: N-1 takes it out where a block
 * begins, or, by_end 1, N by the end of each while N-1 never does; place: counted from 0, bytes:
 * of its value; detail: item, key (hex) */
X(LEFTOVER, leftover, "leftover", place, by_end, bytes)
/* a queued call; same: it decodes as what it was; detail: where, old, new */
X(CALL, call, "call", same)
/* a block of N, executed by itself; equal: to how it was built; detail: reason */
X(REIMPORT, reimport, "reimport", equal)
/* the whole state; era: 0 where the runtime tells of none */
X(STATE, state, "state", keys, value_bytes, keys_control, value_bytes_control, era, era_control)

/* the plan was run with that seed; exit: what came of it by itself, rests: a flag, of the seed
 * whose run this log is; detail: claims (an object: "broke" or "unexercised" by a claim's name,
 * for those that are not there it held), why (of a run that failed) */
X(SEED, seed, "seed", seed, exit, rests)

/* ---- the network that builds the blocks, those too that lost in the end; where a kind is
 * about no block, `block` is the newest one then ---- */

/* forks: a flag, first_boundary: slot of the first session boundary after U; detail: table,
 * classes (an object: nodes by the class's name), early (an object: what each class does with a
 * topology that comes too early, as dg_class_early_name of the room protocol), host (an object:
 * from and to, versions of ParachainHost of N-1 and N, 0: it has none) */
X(NET_START, net_start, "net-start", nodes, parachains, forks, upgrade_slot, first_boundary,
  epoch_slots)
/* a slot is over; claims: authors that may build in it, built, failed: blocks, heads: leaves that
 * all nodes together have, primary: of the claims */
X(NET_SLOT, net_slot, "net-slot", slot, claims, built, failed, heads, primary)
/* an author built a block, whether or not it stays; primary: a flag, offered: candidates,
 * bitfields: that it had, session: at its parent */
X(NET_BUILT, net_built, "net-built", slot, primary, parent_slot, offered, bitfields, session)
/* an author could not build, or no client imports what it built; step: of building; detail: reason
 */
X(NET_FAILED, net_failed, "net-failed", slot, step, offered, bitfields)
/* `node` may author in a slot and makes no block; why: 0 the chain's runtime is not by name and
 * authoring_version that of its native code, 1 an epoch without a block lies before the slot. For
 * each node the first time on each best block */
X(NET_IDLE, net_idle, "net-idle", slot, why)
/* of each block, by the runtime's own events: candidates backed, included, timed_out, offered
 * by its author, backable (some node could) */
X(NET_PARAS, net_paras, "net-paras", slot, backed, included, timed_out, offered, backable)
/* an author's provisioner keeps the mode of its session's first leaf, the parent has another one,
 * and so it found none of the candidates; kept, leaf: 1 with asynchronous backing, 0 without, or
 * of the leaf -1: the runtime did not tell; backable as of net-paras */
X(NET_MODE_KEPT, net_mode_kept, "net-mode-kept", slot, session, kept, leaf, backable)
/* at the end of a slot, over up nodes that are para validators of their best leaf's session:
 * enabled (work with asynchronous backing there: not those who still wait for answers, nor
 * those who never will), entries (have a session entry), holders (and its grid) */
X(NET_HOLDERS, net_holders, "net-holders", slot, validators, enabled, entries, holders, session)
/* `node` lost a topology; how: 0 dropped, 1 purged, 2 with what it kept of the
 * session, into which it had moved; topology_block: that it came with */
X(NET_LOST, net_lost, "net-lost", session, how, topology_block)
/* first node to get a leaf signal that only deactivates; deactivated: block number, 0 before
 * the fork; by_finality: a flag */
X(NET_SIGNAL, net_signal, "net-signal", slot, deactivated, by_finality)
/* first leaf of a session; groups, cores: counts, discovery: keys that its authorities have,
 * slot: it began in */
X(NET_SESSION, net_session, "net-session", session, validators, groups, cores, discovery, slot)
/* keys of a session that belong to no node: babe and para, counts */
X(NET_ABSENT, net_absent, "net-absent", session, babe, para)
/* agreed; slot: of now, lag: blocks between best and finalized, pruned: blocks off the chain */
X(NET_FINALIZED, net_finalized, "net-finalized", slot, lag, pruned, round)
/* a block was to enact N; detail: refused */
X(NET_UPGRADE, net_upgrade, "net-upgrade", slot, enacted, pending)
/* in a slot, at the leaves that were built on: attempts (to author), collations (made), panics
 * (of the parachain's runtime), refused (collations that no backer takes) */
X(NET_COLLATORS, net_collators, "net-collators", slot, attempts, collations, panics, refused)
/* of each block that backs any, by the runtime's events: candidates, older (on a relay parent
 * older than the block's parent), waited (blocks from its relay parent to this one, of all
 * together), longest (of them), several (beyond the first of their parachain in this block) */
X(NET_BACKED, net_backed, "net-backed", slot, candidates, older, waited, longest, several)
/* one candidate that a block includes */
X(NET_INCLUDED, net_included, "net-included", slot, para, core)
/* at the end of a slot, over up nodes that are para validators of the best leaf's session: pairs
 * (validator and parachain), ready (pairs with the artifact prepared), deepest (queue), waiting
 * (validators that lack some) */
X(NET_PVF, net_pvf, "net-pvf", slot, session, pairs, ready, deepest, waiting)
/* of each block, what its author put in of the parent's occupied cores: cores, bits (set),
 * possible, enough (cores with bits for more than two thirds), slow (occupied for longer than a
 * block) */
X(NET_AVAILABLE, net_available, "net-available", slot, cores, bits, possible, enough, slow)
/* at the end of a slot, over the backing groups of the best leaf: groups, able (enough members
 * that are up and work on that leaf), wanted (votes), least (members that work, in the group
 * with the fewest) */
X(NET_GROUPS, net_groups, "net-groups", slot, groups, able, wanted, least, session)
/* at the end of a slot, where nodes that are up go by an answer that they keep of the session of
 * their best leaf, and the leaf says otherwise; value: dg_session_value of the room protocol,
 * nodes: so many, asked: number of the leaf that the first of them has it from, kept, told: what it
 * is there, and at the leaf */
X(NET_KEPT, net_kept, "net-kept", slot, session, value, nodes, asked, kept, told)
/* a candidate that its author offered and its block does not back; reason: dg_rejection of the room
 * node, bitfields: offered, kept: of them */
X(NET_DROPPED, net_dropped, "net-dropped", slot, para, core, reason, bitfields, kept)
/* bitfields that its author offered and its block does not hold; kept: of those offered, sized:
 * bits each had (cores as listed at the parent), cores: of the block, waiting: of them,
 * occupied since before it */
X(NET_BITFIELDS, net_bitfields, "net-bitfields", slot, offered, kept, sized, cores, waiting)
/* a planned fault begins (a flag) or ends; fault_kind: dg_fault_kind of the room node, nodes: a
 * count, fault: index in the plan */
X(NET_FAULT, net_fault, "net-fault", slot, fault_kind, begins, nodes, fault)
/* nodes restart, or come to another release, by plan: from this slot on; step: index in the plan,
 * over: slots in which they do so one after the other, restarts: a flag, 0 where they go on until
 * something else ends their process */
X(NET_ROLLOUT, net_rollout, "net-rollout", slot, step, over, restarts)
/* `node` is up with a new process by such a plan; step: likewise; detail: from, to (classes),
 * early_from, early_to (as `early` of net-start), where its class has changed */
X(NET_RENEWED, net_renewed, "net-renewed", slot, step, down_ms)
/* `node` calls a candidate of `block` invalid, or that is settled; outcome: 0 begun, 1 valid,
 * 2 invalid; against: validators that call it invalid, after_ms: since it began */
X(NET_DISPUTE, net_dispute, "net-dispute", slot, session, para, outcome, against, after_ms)
/* of a block with disputes: sets and votes that its author offered, and begun, valid, invalid
 * (concluded) by the runtime's own events */
X(NET_STATEMENTS, net_statements, "net-statements", slot, sets, votes, begun, valid, invalid)
/* all candidates that a block includes are approved; slot: of the block, assigned: validators
 * that told they check one, tranche: highest that told, after_ms: since the slot began */
X(NET_APPROVED, net_approved, "net-approved", slot, candidates, assigned, no_shows, tranche,
  after_ms)
/* approval voting cannot take a block in, as no runtime tells the rules of its session; known: 1
 * when it could at last; slot: of the block */
X(NET_UNKNOWN, net_unknown, "net-unknown", slot, session, candidates, known, after_ms)
/* at the end of a slot: waiting (candidates of blocks that are not final, not approved),
 * no_shows (found in this slot), level (of aggression), assignments, approvals (messages sent in
 * this slot) */
X(NET_APPROVAL, net_approval, "net-approval", slot, waiting, no_shows, level, assignments,
  approvals)
/* `node` stood still for new code; again: a restart had lost it */
X(NET_COMPILED, net_compiled, "net-compiled", slot, ms, again)
/* `node` goes down, its runtime's answers took too long; waited_ms: they would have, down_ms:
 * until it is up; detail: question */
X(NET_STALLED, net_stalled, "net-stalled", slot, waited_ms, down_ms, host_version)
/* at the end of a slot in which any of it changed, where messages are sent: reports (costs
 * noted), minor and major (of them), banned (pairs that are parted now), refused (requests that
 * found a queue full) */
X(NET_REPUTATION, net_reputation, "net-reputation", slot, reports, minor, major, banned, refused)

/* sent in a slot, where messages are sent: cluster (statements inside groups), legacy, grid
 * (manifests, acknowledgements and votes), requests (and responses, of candidates and proofs),
 * bitfields */
X(NET_MESSAGES, net_messages, "net-messages", slot, cluster, legacy, grid, requests, bitfields)
/* .. likewise: chunks (own ones asked for), given (answers to that), recoveries (chunks asked for
 * to check a candidate), recovered (answers), kib (of all messages of the slot) */
X(NET_DATA, net_data, "net-data", slot, chunks, given, recoveries, recovered, kib)

/* ---- processes of nodes: real ones, or a network's ---- */

/* what `node` takes; slot: 0 of a real process, rss_kib: resident memory, cpu_ms: processor time
 * since it began, best, finalized: heights, peers: a count; what nobody told is -1 */
X(PROCESS, process, "process", slot, rss_kib, cpu_ms, best, finalized, peers)
/* what waits in a channel of `node`, unread; bytes: of it all, -1: nobody told; detail: entity */
X(CHANNEL, channel, "channel", slot, unread, bytes)
/* `node` had no memory left, and goes down; limit_kib: it could have had, down_ms: until it
 * is up, times: that it came to this */
X(PROCESS_KILLED, process_killed, "process-killed", slot, rss_kib, limit_kib, down_ms, times)

/* an arm ends; blocks: built, boundaries_passed: session boundaries after U, migration_running:
 * a flag, diverged: 1 where treatment's blocks before U are not control's; detail: reason */
X(RUN_END, run_end, "run-end", blocks, boundaries_passed, migration_running, diverged)

/* ---- a network of consensus bft: all of a log, or nothing of it ----
 *
 * `block` is a height, `node` a node; bakers are ids. `_ppm` are millionths of the weight of the
 * committee that counts. */

/* an arm begins; threshold_ppm: for a certificate, transition_ms: when what treatment alone has
 * begins, nodes: bakers of all committees; detail: claims (the plan's object), classes (an object:
 * nodes of each), transitions (an array of texts) */
X(BFT_START, bft_start, "bft-start", first_epoch, first_round, nodes, threshold_ppm, timeout_ms,
  transition_ms, length_ms, payday_epochs)
/* a block that begins an epoch is made, by `node`; finalizers: of its committee, payday: a flag,
 * made_ms: how long it took, baker: its maker's id */
X(BFT_EPOCH, bft_epoch, "bft-epoch", epoch, round, finalizers, payday, made_ms, baker)
/* a block is final, seen first by `node`; made_ms: how long it took to make, final_ms: from then on
 */
X(BFT_BLOCK, bft_block, "bft-block", round, epoch, payday, made_ms, final_ms)
/* all nodes are out of a round that some left by a TC; by_qc and by_tc: nodes, epoch: of its newest
 * block, parent_epoch: of that block's parent; -1 both: it has none */
X(BFT_ROUND, bft_round, "bft-round", round, by_qc, by_tc, epoch, parent_epoch)
/* `node` has had enough timeout messages for two seconds and no certificate: the first of its round
 */
X(BFT_STUCK, bft_stuck, "bft-stuck", round)
/* a round in which nodes had enough weight and formed nothing, once a certificate is there, or at
 * the end of the run; first and second: what `node` was given, by the epoch of the highest QC, who
 * is in both in the first; tallied: what it counted, waited_ms: since the first had enough, nodes:
 * that waited, open: 1 at the end of the run, 0 before */
X(BFT_QUORUM, bft_quorum, "bft-quorum", round, first_epoch, first_ppm, second_ppm, tallied_ppm,
  waited_ms, nodes, open)
/* a round's first certificate of timeouts, by `node`; two: its messages are of two epochs, as_set:
 * the node counts them as a set (flags) */
X(BFT_FORMED, bft_formed, "bft-formed", round, two, as_set)
/* a round that `node` entered by what `from` told it: the first of the round */
X(BFT_CAUGHT_UP, bft_caught_up, "bft-caught-up", round, from)
/* the first and last block of a roll-out, a committee, parameters: what treatment alone has begins
 * to act; what: 0 `node` runs another class, 1 a committee, 2 parameters; detail: to (a text) */
X(BFT_CHANGE, bft_change, "bft-change", what, epoch)
/* how often nodes counted, and how often a recount of the same messages differs; certificate: 0 QC,
 * 1 TC, 2 GRANDPA prevotes, 3 precommits, 4 backing votes, 5 availability bits, 6 approvals, 7
 * dispute votes; voters: of a check of all splits, 0: of the run */
X(BFT_TALLY, bft_tally, "bft-tally", certificate, voters, counts, differ)
/* an arm ends; blocks: final, rounds: that ended anywhere, final_ms: when the last block became
 * final, length_ms: of the arm */
X(BFT_END, bft_end, "bft-end", blocks, rounds, final_ms, length_ms)
