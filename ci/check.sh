#!/bin/sh
# check.sh - what `make check` runs: the rooms' arrows, the floor (floor.py), the tests built for
# release, the bench in its quick form, the sanitizer build of the tests, and the agreement of the
# outcomes of -O0 with those of both (tests/program/test_determinism.c).
# What tests/long names is left out; DOPPEL_LONG=1 runs it too, DOPPEL_LONG=only it alone.
# Last line: "N passed, N failed". Exit 0 only if nothing failed.
set -eu
cd "$(dirname "$0")/.."
ci/setup.sh test
log=build/check.log
mkdir -p build
: > $log
jobs=$(nproc)
status=0
# What was not built is not run: older programs may lie there.
step() { echo "== $1"; shift; "$@" || { status=1; return 1; }; }
run() { # profile: builds, then runs its tests; the tallies are added up below
    step "build $1" make --no-print-directory -s -j"$jobs" PROFILE="$1" all runtimes test-programs &&
        { tests/run.sh "build/$1" >build/check.part 2>&1 || status=1; cat build/check.part; cat build/check.part >> $log; }
}
# A part that goes down is seen; figures are not looked at here.
quick_bench() {
    make --no-print-directory -s -j"$jobs" all build/release/bench || return 1
    XDG_CACHE_HOME="$PWD/build/cache" DOPPEL=build/release/doppel build/release/bench quick >build/bench.log 2>&1 ||
        { tail -5 build/bench.log; return 1; }
    tail -1 build/bench.log
}
step "rooms" make --no-print-directory -s rooms >/dev/null || :
step "build debug" make --no-print-directory -s -j"$jobs" PROFILE=debug all &&
    export DOPPEL_OTHER=build/debug/doppel
step "floor" make --no-print-directory -s -j"$jobs" tidy-check || :
step "floor, planted faults" ci/floor.py --self-test || :
[ -z "${DOPPEL_LONG-}" ] || step "clang-tidy" make --no-print-directory -s tidy || :
[ -z "${DOPPEL_LONG-}" ] || step "release, twice" ci/release.sh build/dist || :
run release || :
step "bench, each part at its smallest" quick_bench || :
run asan || :
echo "== slowest twenty tests: seconds, profile, program, test, row"
sort -rn build/release/test-times build/asan/test-times 2>/dev/null | head -20
awk -v status=$status '
    /^[0-9]+ passed, [0-9]+ failed/ { passed += $1; failed += $3 }
    /^left to check-long: / { left += $NF }
    END { if (left) printf "left to check-long: %d\n", left
          if (status && !failed) failed = 1; if (!passed && !failed) failed = 1
          printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }' $log
