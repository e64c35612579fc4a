#!/bin/sh
# try-slurm.sh [DOPPEL] - a sweep on a Slurm of one node that this script starts and ends: four tasks,
# of which one loses its program to a kill -9 and another is killed as a whole and queued again. Then
# nothing may be lost and nothing there twice: the merged file has to be, byte for byte, that of the
# sweep on one machine. Exit 0 only then.
#
# Needs root, Debian's packages slurmctld, slurmd, slurm-client and munge, and some minutes. It has its
# own configuration, key, ports and folders, and leaves a Slurm that runs here alone.
set -eu
cd "$(dirname "$0")/../.."
die() { echo "try-slurm: $*" >&2; exit 4; }
[ "$(id -u)" = 0 ] || die "needs root"
for tool in slurmctld slurmd sbatch scontrol munged; do
    command -v $tool >/dev/null || die "needs $tool: apt-get install slurmctld slurmd slurm-client munge"
done
DOPPEL=$(realpath "${1:-build/release/doppel}")
work=$(mktemp -d) host=$(hostname -s) cpus=$(nproc)
export DOPPEL SLURM_CONF="$work/slurm.conf"
say() { echo "-- $*"; }

# ---- a Slurm ----

daemons=''
down() {
    scancel --quiet --user=root 2>/dev/null || true
    for pid in $daemons; do kill "$pid" 2>/dev/null || true; done
    wait
}
trap 'rc=$?; down; [ $rc -eq 0 ] && rm -rf "$work" || echo "try-slurm: failed; logs are in $work" >&2; exit $rc' EXIT
until_so() { # seconds at most, command
    for _ in $(seq $(($1 * 5))); do
        # shellcheck disable=SC2294
        if (shift; eval "$@") >/dev/null 2>&1; then return 0; fi
        sleep 0.2
    done
    die "in $1 seconds it did not come to: $2"
}
cat > "$work/slurm.conf" <<EOF
ClusterName=try
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=bf_interval=1,sched_interval=1
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
mkdir "$work/state" "$work/spool"
chmod 755 "$work"
head -c 128 /dev/urandom > "$work/munge.key"
chmod 400 "$work/munge.key"
munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
    --log-file="$work/munge.log" --seed-file="$work/munge.seed" > "$work/munged.out" 2>&1 &
daemons="$!"
until_so 20 "test -S $work/munge.socket"
slurmctld -D -i > "$work/slurmctld.out" 2>&1 &
daemons="$daemons $!"
until_so 60 "scontrol ping | grep -q UP"
slurmd -D -N "$host" > "$work/slurmd.out" 2>&1 &
daemons="$daemons $!"
until_so 60 "sinfo -h -o %T | grep -q idle"
say "$(slurmctld -V), node $host is $(sinfo -h -o %T), $cpus processors"

# ---- the sweep, whole ----

sweep='fixtures/incidents/polkadot-2024-04-21/plan.json --at boundary-7..boundary+4 --explain none'
say "whole: doppel sweep $sweep"
rc=0
# shellcheck disable=SC2086
"$DOPPEL" sweep $sweep -q --out "$work/whole.json" || rc=$?
[ $rc -le 1 ] || die "the whole sweep ended with $rc"

# ---- the same in four tasks, of which two do not get through ----

# shellcheck disable=SC2086
ids=$(ci/cluster/slurm.sh 4 "$work/out" $sweep)
say "$ids"
array=$(echo "$ids" | cut -d ' ' -f 2) merge=$(echo "$ids" | cut -d ' ' -f 4)
log() { echo "$work/out/shard-$1.log"; }
cells_of() { # those that the file of a part has
    python3 -c 'import json, sys
print(sum("outcome" in c for c in json.load(open(sys.argv[1]))["cells"]))' "$work/out/shard-$1.json"
}
task_id() { squeue -h -a -r -j "${array}_$1" -o %A; }

until_so 600 "grep -q '^done: ' $(log 1)"
program=$(scontrol listpids "$(task_id 1)" | awk 'NR > 1 && $1 > 1 { print $1 }' | while read -r p; do
    [ "$(readlink "/proc/$p/exe")" != "$DOPPEL" ] || echo "$p"; done)
# shellcheck disable=SC2086
kill -KILL $program
say "task 1: kill -9 of doppel with $(cells_of 1) of 3 cells done"

until_so 600 "grep -q '^done: ' $(log 2)"
second=$(task_id 2)
scancel --signal=KILL --full "$second"
until_so 60 "scontrol show job $second | grep -Eq 'JobState=(FAILED|CANCELLED|NODE_FAIL)'"
say "task 2: scancel --signal=KILL with $(cells_of 2) of 3 cells done; it is $(scontrol show job "$second" |
    sed -n 's/.*JobState=\([A-Z_]*\).*/\1/p'), and queued again"
scontrol requeue "$second"
for i in 1 2; do say "task $i had done: $(sed -n 's/^done: //p' "$(log $i)" | tr '\n' ';')"; done

until_so 1200 "scontrol show job $merge | grep -Eq 'JobState=(COMPLETED|FAILED|CANCELLED)'"
say "merge: $(scontrol show job "$merge" | sed -n 's/.*\(JobState=[A-Z]*\).*/\1/p; s/.*\(ExitCode=[0-9:]*\).*/\1/p' | tr '\n' ' ')"
for i in 1 2 3 4; do
    say "task $i: $(scontrol show job "${array}_$i" | sed -n 's/.*\(JobState=[A-Z]*\).*/\1/p; s/.*\(Restarts=[0-9]*\).*/\1/p' |
        tr '\n' ' ') cells: $(sed -n 's/^done: //p' "$(log $i)" | tr '\n' ';')"
done
for i in 1 2; do
    scontrol show job "${array}_$i" | grep -q Restarts=1 || die "task $i was not queued again"
done
cmp "$work/whole.json" "$work/out/sweep.json" || die "the merged file is another one"
twice=$(cat "$work"/out/shard-?.log | sed -n 's/^done: //p' | sort | uniq -d | tr '\n' ';')
say "done in all: $(cat "$work"/out/shard-?.log | grep -c '^done: ') cells; more than once: ${twice:-none}"
say "$(sha256sum < "$work/whole.json" | cut -c 1-16) whole.json, $(sha256sum < "$work/out/sweep.json" | cut -c 1-16) sweep.json: the same bytes"
