#!/bin/sh
# slurm.sh N FOLDER SWEEP.. - `doppel sweep SWEEP..` as an array job of N tasks, and behind it a job that
# puts its parts together in FOLDER/sweep.json. FOLDER, and what the plan reads, lie where all machines
# see them; DOPPEL is the program, if it is not in their PATH. Prints the two job numbers.
#
#   ci/cluster/slurm.sh 20 /shared/sweep plan.json --at 'boundary-300..boundary+20 step 5'
#
# The same command once more goes on from what is there.
set -eu
[ $# -ge 4 ] || { echo "usage: slurm.sh N FOLDER SWEEP.." >&2; exit 2; }
case $1 in '' | *[!0-9]* | 0*) echo "slurm: $1 is no number of tasks" >&2; exit 2 ;; esac
[ "$1" -le 64 ] || { echo "slurm: doppel merge takes 64 parts at most, not $1" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
n=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
sweep=$(sbatch --parsable --array="1-$n" --output="$folder/shard-%a.log" "$here/sweep.sbatch" "$here" "$n" "$folder" "$@")
merge=$(sbatch --parsable --dependency="afterany:$sweep" --output="$folder/merge.log" "$here/merge.sbatch" "$n" "$folder")
echo "sweep $sweep merge $merge"
