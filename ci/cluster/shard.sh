#!/bin/sh
# shard.sh I N FOLDER SWEEP.. - part I of N of `doppel sweep SWEEP..`, into FOLDER/shard-I.json. What
# an earlier try left there is gone on from.
#
# Exit 0: each cell of the part is done, whatever its verdict, which the merged file has. 143: it was
# told to end, and kept what it had. Else what doppel said: 2 and 5 will be the same next time; 4, or
# that it was killed (137), may not. In a task of Slurm such a one is queued again, three times.
set -u
[ $# -ge 4 ] || { echo "usage: shard.sh I N FOLDER SWEEP.." >&2; exit 2; }
i=$1 n=$2 folder=$3 told='' late='' pid=''
shift 3
# Slurm tells every process of a task, a second signal would end doppel at once; Kubernetes tells
# the first process alone.
# shellcheck disable=SC2317
end() {
    told=yes
    [ -z "$pid" ] || { [ -n "${SLURM_JOB_ID:-}" ] && [ -z "$late" ]; } || kill -TERM "$pid" 2>/dev/null
}
trap end TERM INT
trap 'late=yes; end' USR1 # time is nearly up: to this process alone
again() { # reason
    [ -n "${SLURM_JOB_ID:-}" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ] || return 0
    echo "shard $i/$n: $1, so it is queued again" >&2
    scontrol requeue "$SLURM_JOB_ID"
}
"${DOPPEL:-doppel}" sweep "$@" -v --jobs "${SLURM_CPUS_PER_TASK:-1}" --shard "$i/$n" --out "$folder/shard-$i.json" &
pid=$!
while :; do
    wait "$pid"
    rc=$?
    kill -0 "$pid" 2>/dev/null || break # else only the waiting was ended, by a signal
done
[ -z "$late" ] || again "its time is up"
[ -z "$told" ] || exit 143
case $rc in
0 | 1 | 3) exit 0 ;;
4) again "what it needs of its machine was not there" ;;
137) again "it was killed" ;;
esac
exit "$rc"
