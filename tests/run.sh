#!/bin/sh
# run.sh OUT [ROOM] - runs the test programs and the fuzz corpora below
# OUT/tests, one on each core, long ones first; prints a line for each program
# and last "N passed, N failed". A program that dies counts as one failure.
set -u
cd "$(dirname "$0")/.."
out=$1 room=${2:-*}
export CK_FORK=no DOPPEL="$out/doppel" DOPPEL_RUNTIMES="build/runtimes"
export parts
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT

# One program: its line and output to $parts/<name>, its tally to $parts/<name>.n
cat > "$parts/one" <<'EOF'
t=$1 out=$2
label=${t#"$out"/tests/}
name=$(echo "$label" | tr / -)
log=$parts/$name.log
case $label in
*/fuzz_*)
    dir=tests/${label%%/*}/corpus/${label#*/fuzz_}
    "$t" "$dir" > "$log" 2>&1; rc=$?
    checks=1; bad=$((rc != 0))
    what="$label $(tail -1 "$log")" ;;
*)
    "$t" > "$log" 2>&1; rc=$?
    tally=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log" | tail -1)
    set -- ${tally:-1 0 1}
    checks=$1 bad=$(($2 + $3))
    [ $rc -eq 0 ] || [ $bad -gt 0 ] || bad=1
    what="$label $checks" ;;
esac
echo "$((checks - bad)) $bad" > "$parts/$name.n"
{
    if [ $bad -gt 0 ]; then
        echo "FAIL $label (exit $rc)"
        grep -v '^[0-9]* [a-z]* ' "$log" | tail -40
    else
        echo "ok   $what"
    fi
    grep '^not run:' "$log" | sort -u
} > "$parts/$name.line"
cat "$parts/$name.line"
EOF

list() {
    for t in "$out"/tests/$room/test_* "$out"/tests/$room/fuzz_*; do
        case $t in *.d | *.o) continue ;; esac
        [ -x "$t" ] && [ -f "tests/${t#"$out"/tests/}.c" ] && echo "$t"
    done
}
# Long ones first, so that the last core is not left alone with one of them.
{ list | grep -E '/(test_pairs|test_incidents|test_prediction|test_exchange|test_variants|test_recompilation|test_network|test_lagging|test_arms|test_build)$'
  list | grep -vE '/(test_pairs|test_incidents|test_prediction|test_exchange|test_variants|test_recompilation|test_network|test_lagging|test_arms|test_build)$'; } |
    xargs -P "${JOBS:-$(nproc)}" -I{} sh "$parts/one" {} "$out"
cat "$parts"/*.n 2>/dev/null | awk '{ p += $1; f += $2 }
    END { if (!NR) f = 1; printf "%d passed, %d failed\n", p, f; exit f > 0 }'
