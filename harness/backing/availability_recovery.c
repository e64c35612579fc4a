/* availability_recovery.c - who checks a candidate that is not its own group's puts its proof
 * together from chunks: of a third of the validators, and of one more.
 *
 * So many are asked at a time, the next one when one has answered; who is down or keeps
 * its chunk to itself is made up for by another. Messages are counted, and what the links
 * take is the time it takes; they do not travel one by one, for each of thirty checkers
 * asks a third of the network. Proofs here are larger than what is fetched from backers
 * whole. Not modelled: data that is gone once it was available.
 * Mirrors: availability-recovery (FetchChunks, N_PARALLEL). */
#include "backing/backing_impl.h"

enum { MILLION = 1000000 };

static uint64_t wanted(const dg_session *s)
{
    return dg_chunks_needed(s->validators);
}

static uint64_t at_once(const dg_session *s)
{
    uint64_t lanes = dg_world_constant(DG_CONST_RECOVERY_PARALLEL);
    return lanes < s->validators || !s->validators ? lanes : s->validators;
}

/* There and back, for the quickest so many of a million. */
static dg_ns trip(const dg_world *world, uint64_t ppm)
{
    return 2
           * dg_sim_link_quantile(world->sim, (dg_node_ix){ 0 }, (dg_node_ix){ world->node_count },
                                  (uint32_t)ppm);
}

dg_ns dg_backing_recovery_over_links(const dg_world *world, const dg_session *s)
{
    uint64_t lanes = at_once(s), turns = (wanted(s) - 1) / lanes, last = wanted(s) - turns * lanes,
             rate = dg_world_link(world)->bytes_per_s;
    dg_ns wire = rate ? wanted(s) * dg_backing_chunk_bytes(s->validators) * 1000 * DG_MS / rate : 0;
    return turns * trip(world, MILLION / 2) + trip(world, last * MILLION / (lanes + 1)) + wire;
}

/* Of a random order of all, up to the last one that is wanted: the mean. */
void dg_backing_recovery_count(dg_world *world, const dg_session *s, uint64_t times)
{
    uint64_t have = 0, refuse = 0, n = s->validators, asked, failed;
    if (!times)
        return;
    for (uint32_t i = 0; i < n; i++) {
        bool awake = s->node[i] != DG_NO && dg_world_is_awake(world, (dg_node_ix){ s->node[i] }),
             withholds = awake && world->nodes[s->node[i]].withholds & DG_WITHHOLD_AVAILABILITY;
        have += awake && !withholds;
        refuse += withholds;
    }
    asked = have < wanted(s) ? n : wanted(s) * (n + 1) / (have + 1);
    failed = asked - (have < wanted(s) ? have : wanted(s));
    dg_world_count_sent(world, DG_MSG_RECOVERY_ASK, times * asked,
                        dg_world_message_bytes(DG_MSG_RECOVERY_ASK));
    dg_world_count_sent(world, DG_MSG_RECOVERY, times * (asked - failed),
                        dg_backing_chunk_bytes(s->validators));
    dg_world_count_sent(world, DG_MSG_RECOVERY, n > have ? times * failed * refuse / (n - have) : 0,
                        dg_world_message_bytes(DG_MSG_RECOVERY_ASK));
}
