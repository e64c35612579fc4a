#!/bin/sh
# run.sh OUT [ROOM] - runs the test programs and the fuzz corpora below OUT/tests, one on
# each core; prints a line for each program and last "N passed, N failed". A program that
# dies counts as one failure.
#
# The longest go first, by the seconds in tests/times, so that the last core is not left
# alone with one of them; what takes more than PART_SECONDS is spread over processes.
# DOPPEL_LONG (tests/support/suite.h) says which rows run. All programs of all profiles
# share one cache of compiled runtimes, build/cache, which stays for the next run.
# Left behind: OUT/times, processor seconds of each program; OUT/test-times, seconds of
# each test.
set -u
cd "$(dirname "$0")/.."
out=$1 room=${2:-*} PART_SECONDS=40
profile=$(basename "$out")
case ${DOPPEL_LONG-} in only) profile=$profile-long ;; esac
export CK_FORK=no DOPPEL="$out/doppel" DOPPEL_RUNTIMES="build/runtimes"
export XDG_CACHE_HOME="$PWD/build/cache" DOPPEL_CACHE="$PWD/build/cache/doppel"
export parts profile
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT

# One program, or its share of the rows: its line and output to $parts/<name>, its tally to
# $parts/<name>.n, its times to .t and .tt
cat > "$parts/one" <<'EOF'
t=$1 out=$2 share=$3
label=${t#"$out"/tests/}
name=$(echo "$label-$share" | tr / -)
log=$parts/$name.log
case $share in 1/1) ;; *) export DOPPEL_PART="$share" ;; esac
case $label in
*/fuzz_*)
    dir=tests/${label%%/*}/corpus/${label#*/fuzz_}
    "$t" "$dir" > "$log" 2>&1; rc=$?
    times > "$parts/$name.cpu"
    checks=1; bad=$((rc != 0))
    what="$label $(tail -1 "$log")" ;;
*)
    CK_XML_LOG_FILE_NAME="$parts/$name.xml" "$t" > "$log" 2>&1; rc=$?
    times > "$parts/$name.cpu"
    tally=$(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log" | tail -1)
    set -- ${tally:-1 0 1}
    checks=$1 bad=$(($2 + $3))
    [ $rc -eq 0 ] || [ $bad -gt 0 ] || bad=1
    what="$label $checks" ;;
esac
case $share in 1/1) ;; *) what="$what (part $share)" ;; esac
echo "$((checks - bad)) $bad $(sed -n 's/^left to check-long: //p' "$log" | tail -1)" > "$parts/$name.n"
awk -v label="$label" 'NR == 2 { split($1 "m" $2, at, /[ms]+/)
    print at[1] * 60 + at[2] + at[3] * 60 + at[4], label }' "$parts/$name.cpu" > "$parts/$name.t"
[ ! -f "$parts/$name.xml" ] || awk -F '[<>]' -v label="$label" '/<id>/ { id = $3 } /<iteration>/ { row = $3 }
    /<duration>/ && id { print $3, label, id, row; id = "" }' "$parts/$name.xml" > "$parts/$name.tt"
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

# What is long, and that each of them is a test; the programs that have one.
awk '!/^#/ && NF { print "START_TEST(" $2 ")" }' tests/long > "$parts/long"
list() {
    for t in "$out"/tests/$room/test_* "$out"/tests/$room/fuzz_*; do
        case $t in *.d | *.o) continue ;; esac
        source=tests/${t#"$out"/tests/}.c
        [ -x "$t" ] && [ -f "$source" ] || continue
        case ${DOPPEL_LONG-} in only) grep -qFf "$parts/long" "$source" || continue ;; esac
        echo "$t"
    done
}
while read -r test; do
    cat tests/*/test_*.c | grep -qF "$test" && continue
    echo "FAIL tests/long: nothing has $test"
    echo '0 1' > "$parts/long.n"
done < "$parts/long"

# "program share", those that take longest first; what has no time yet is taken for short.
list | awk -v out="$out/tests/" -v profile="$profile" -v most=$PART_SECONDS '
    FILENAME != "-" { if ($2 == profile) seconds[out $3] = $1; next }
    { n = $1 ~ /\/fuzz_/ ? 1 : int(seconds[$1] / most) + 1
      for (i = 1; i <= n; i++) print seconds[$1] / n, $1, out, i "/" n }' tests/times - |
    sort -rn | cut -d ' ' -f 2,4 |
    xargs -r -P "${JOBS:-$(nproc)}" -L 1 sh -c 'sh "$parts/one" "$1" "$0" "$2"' "$out"
cat "$parts"/*.t 2>/dev/null | awk -v profile="$profile" '{ sum[$2] += $1 }
    END { for (p in sum) printf "%.1f %s %s\n", sum[p], profile, p }' | sort -k3 > "$out/times"
cat "$parts"/*.tt 2>/dev/null | sed "s|^\([^ ]*\)|\1 $profile|" | sort -rn > "$out/test-times"
cat "$parts"/*.n 2>/dev/null | awk -v only="${DOPPEL_LONG-}" '{ p += $1; f += $2; left += $3 }
    END { if (left) printf "left to check-long: %d\n", left
          if (!NR && only != "only") f = 1 # nothing was built
          printf "%d passed, %d failed\n", p, f; exit f > 0 }'
