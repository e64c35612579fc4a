#!/bin/sh
# demo.sh DOPPEL - the main job on the embedded real pair: snapshot, preflight,
# run, report. Exits with the code of the run.
set -u
cd "$(dirname "$0")/.."
doppel=$1 out=out/demo
spec=fixtures/paseo-1001002-e20-100val-20paras.json.zst
blob=fixtures/paseo-1002000-e20.wasm
rm -rf $out
mkdir -p $out
show() { echo "\$ doppel $*"; "$doppel" "$@"; }
show snapshot create --from $spec $out/paseo || exit $?
echo
show preflight --from $out/paseo --to $blob > $out/preflight.txt
rc=$?
[ $rc -le 1 ] || exit $rc
grep -v '^  note ' $out/preflight.txt
echo "  (all findings: $out/preflight.txt)"
echo
show run fixtures/plans/paseo-1001002-to-1002000.json --set snapshot=$out/paseo --out $out/outcome.json
rc=$?
echo "exit $rc   outcome: $out/outcome.json"
exit $rc
