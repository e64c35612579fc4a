#!/bin/sh
# fuzz.sh OUT - every fuzz target for FUZZ_SECONDS (60), two at a time, each in a
# copy of its corpus. A finding is kept below OUT/found and ends in exit 1.
set -eu
cd "$(dirname "$0")/.."
out=$1 seconds=${FUZZ_SECONDS:-60}
mkdir -p "$out/found" "$out/grown"
for t in "$out"/tests/*/fuzz_*; do
    [ -f "tests/${t#"$out"/tests/}.c" ] || continue
    echo "$t"
done | xargs -P 2 -I{} sh -c '
    name=${1##*/fuzz_} room=$(basename "$(dirname "$1")")
    case "${FUZZ_ONLY:-$name}" in *"$name"*) ;; *) exit 0 ;; esac
    mkdir -p "$2/grown/$name"
    if "$1" -max_total_time="$3" -timeout=25 -rss_limit_mb=4096 -artifact_prefix="$2/found/$name-" \
        "$2/grown/$name" "tests/$room/corpus/$name" > "$2/$name.log" 2>&1
    then echo "ok   $name: $(grep -o "DONE.*\|stat::number_of_executed_units.*" "$2/$name.log" | tail -1) ($3 s)"
    else echo "FOUND $name: see $2/$name.log"; exit 1; fi' sh {} "$out" "$seconds"
