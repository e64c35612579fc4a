/* configuration.h - the parachain host's parameters. */
#ifndef MINI_CONFIGURATION_H
#define MINI_CONFIGURATION_H

#include "pallet.h"

/* In the order of the encoding. Parachains read the leading ones from the relay
 * chain's state by position, so that part never changes. */
enum config_field {
    MAX_CODE_SIZE,
    MAX_HEAD_DATA_SIZE,
    MAX_UPWARD_QUEUE_COUNT,
    MAX_UPWARD_QUEUE_SIZE,
    MAX_UPWARD_MESSAGE_SIZE,
    MAX_UPWARD_MESSAGE_NUM_PER_CANDIDATE,
    HRMP_MAX_MESSAGE_NUM_PER_CANDIDATE,
    VALIDATION_UPGRADE_COOLDOWN,
    VALIDATION_UPGRADE_DELAY,
    ASYNC_MAX_CANDIDATE_DEPTH,
    ASYNC_ALLOWED_ANCESTRY_LEN,
    MAX_POV_SIZE,
    CODE_RETENTION_PERIOD,
    GROUP_ROTATION_FREQUENCY,
    PARAS_AVAILABILITY_PERIOD,
    SCHEDULING_LOOKAHEAD,
    DISPUTE_PERIOD,
    NO_SHOW_SLOTS,
    N_DELAY_TRANCHES,
    ZEROTH_DELAY_TRANCHE_WIDTH,
    NEEDED_APPROVALS,
    RELAY_VRF_MODULO_SAMPLES,
    PVF_VOTING_TTL,
    MINIMUM_BACKING_VOTES,
    CONFIG_FIELDS
};

struct config {
    u32 v[CONFIG_FIELDS];
    struct bytes node_features; /* BitVec, encoded; from generation 2 on, as is the next */
    u32 max_approval_coalesce_count;
};

/* What is in force. Bytes that do not decode read as the default, as in FRAME. */
struct config config_active(void);
/* Brings stored configurations to the layout of generation 2. */
void config_migrate(void);
/* What was set two sessions ago comes into force. */
void config_on_new_session(u32 session);

extern const struct type config_types[]; /* by generation - 1, for metadata */

const char *config_prefix(void); /* of the pallet and its storage */

#endif
