/* suspect_list.h - the one list of what can be taken away: a row for each kind of suspect.
 *
 *   X(KIND, "kind")    DG_SUSPECT_KIND, its name in an outcome; `index` and `name` of a suspect say
 *                      which of its kind
 *
 * To be included with X defined, as often as wanted; no guard, therefore. Their order is that in
 * which causes are reported. */

/* nodes have the host functions that N imports and they lack; name: the first of them */
X(HOST_FUNCTIONS, "host-functions")
/* nodes ask the code for its version, as if it had no sections */
X(SECTIONS, "version-sections")
/* a planned fault does not happen; index: of network.faults */
X(FAULT, "fault")
/* nodes do not restart or change by plan; index: of network.rollout */
X(ROLLOUT, "rollout")
/* every class that lacks it has a repair; index: of dg_repair_at */
X(REPAIR, "repair")
/* all collators speak this version of the collation protocol; index: the version */
X(COLLATION, "collation-protocol")
/* authors of parachains ask for room before they build */
X(ROOM_ASKED, "authors-ask")
/* one field of upgrade.config stays as it is; name: the field */
X(CONFIG, "config")
/* one item of a list in upgrade.config is not there; name: the field, index: of the item */
X(CONFIG_ITEM, "config-item")
/* a pallet's storage version is one more than it stays; name: the pallet, index: the version */
X(STORAGE_VERSION, "storage-version")
/* a plain storage item is control's after N's first block; name: "Pallet.Item" */
X(STORAGE_ITEM, "storage-item")
/* a key that N-1 takes out where a block begins is not in N's first block; index: its place among
 * the leftovers, name: its item */
X(LEFTOVER, "leftover")
/* each parachain has a whole core, as N keeps such; name: the pallet that holds them */
X(CORES, "cores")
/* likewise one field of HostConfiguration; name: its place, "a.b" */
X(CONFIG_VALUE, "config-value")
/* of one value nodes go by what each leaf says, and keep no answer for a session; index: which,
 * dg_session_value of the room protocol */
X(KEPT, "kept-answer")
/* at U nodes are answered over storage that N has migrated */
X(MIGRATED, "answers-at-upgrade")
/* a runtime API is answered by N-1's code, over whatever state is asked; name: the method */
X(ANSWER, "answer")
/* N's blocks and answers take no longer than N-1's longest */
X(WORK, "work")
/* calls have as much memory as they want */
X(MEMORY, "memory")
/* N is compiled in no time */
X(COMPILE, "compile")
/* a node feature is taken for not set; index: its bit */
X(FEATURE, "node-feature")
/* nodes see ParachainHost as it was; index: its version under N-1 */
X(HOST_VERSION, "host-version")
