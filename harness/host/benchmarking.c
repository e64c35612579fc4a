/* benchmarking.c - what nodes provide for benchmarks, whose types have to be known, as a runtime
 * built for them imports it: none is called in a block, where real ones trap, too.
 * Source: crate frame-benchmarking 22.0.0 to 50.0.0 (utils.rs). */
#include "host/host_impl.h"

static const dg_import rows[] = {
    { "ext_benchmarking_add_to_whitelist_version_1", "P:", NULL },
    { "ext_benchmarking_commit_db_version_1", ":", NULL },
    { "ext_benchmarking_current_time_version_1", ":p", NULL },
    { "ext_benchmarking_get_read_and_written_keys_version_1", ":P", NULL },
    { "ext_benchmarking_get_whitelist_version_1", ":P", NULL },
    { "ext_benchmarking_proof_size_version_1", ":P", NULL },
    { "ext_benchmarking_read_write_count_version_1", ":P", NULL },
    { "ext_benchmarking_remove_from_whitelist_version_1", "P:", NULL },
    { "ext_benchmarking_reset_read_write_count_version_1", ":", NULL },
    { "ext_benchmarking_set_whitelist_version_1", "P:", NULL },
    { "ext_benchmarking_wipe_db_version_1", ":", NULL },
};
const dg_host_table dg_host_benchmarking_table = DG_HOST_TABLE_OF(rows);
