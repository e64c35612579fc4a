#!/bin/sh
# run.sh OUT [ROOM] - runs the test programs and the fuzz corpora below
# OUT/tests, prints a line for each and last "N passed, N failed".
set -u
cd "$(dirname "$0")/.."
out=$1 room=${2:-*}
export CK_FORK=no DOPPEL="$out/doppel" DOPPEL_RUNTIMES="build/runtimes"
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for t in "$out"/tests/$room/test_*; do
    [ -x "$t" ] && [ -f "$t" ] || continue
    case $t in *.d | *.o) continue ;; esac
    [ -f "tests/${t#"$out"/tests/}.c" ] || continue
    "$t" > "$log" 2>&1
    rc=$?
    tally=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log" | tail -1)
    # shellcheck disable=SC2086
    set -- ${tally:-0 0 1}
    bad=$(($2 + $3))
    [ $rc -eq 0 ] || [ $bad -gt 0 ] || bad=1
    passed=$((passed + $1 - ($2 + $3 <= $1 ? $2 + $3 : 0)))
    failed=$((failed + bad))
    grep '^not run:' "$log"
    if [ $bad -gt 0 ]; then
        echo "FAIL ${t#"$out"/tests/} (exit $rc)"
        grep -v '^[0-9]* [a-z]* ' "$log" | tail -40
    else
        echo "ok   ${t#"$out"/tests/} $1"
    fi
done
for t in "$out"/tests/$room/fuzz_*; do
    [ -x "$t" ] && [ -f "$t" ] || continue
    case $t in *.d | *.o) continue ;; esac
    name=${t##*/fuzz_} dir=tests/$(basename "$(dirname "$t")")/corpus/${t##*/fuzz_}
    [ -f "tests/${t#"$out"/tests/}.c" ] || continue
    if "$t" "$dir" > "$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   fuzz corpus $name: $(tail -1 "$log")"
    else
        failed=$((failed + 1))
        echo "FAIL fuzz corpus $name"
        tail -20 "$log"
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
