#!/bin/sh
# demo.sh DOPPEL - the main job on the embedded real pair: a snapshot, what can be said
# without blocks, and the stall of 2024-04-21 with a hundred simulated validators: as it
# was, with the repair that was made (v1.12), which is not enough, and with N enacted in a
# block that begins a session. Exits 0 when the first two runs are red and the third is not.
set -u
cd "$(dirname "$0")/.."
doppel=$1 out=out/demo
spec=fixtures/paseo-1001002-e20-100val-20paras.json.zst
blob=fixtures/paseo-1002000-e20.wasm
plan=fixtures/incidents/polkadot-2024-04-21/plan.json
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
show run $plan --set snapshot=$out/paseo --out $out/outcome.json
red=$?
echo
show run $plan --set snapshot=$out/paseo --nodes v1.12 --positions never -q --out $out/repaired.json
still=$?
echo
show run $plan --set snapshot=$out/paseo --at boundary --out $out/boundary.json > $out/boundary.txt
green=$?
sed -n '1p; /^  held  *\(topology-present\|backing-rate\|inclusion-rate\|finality-lag\)/p; /^exit/p' $out/boundary.txt
[ $red -ne 1 ] || [ $still -ne 1 ] || [ $green -ne 0 ] || echo "as it was: exit 1; on v1.12: exit 1; where a session begins: exit 0   outcomes: $out/outcome.json, repaired.json, boundary.json"
[ $red -eq 1 ] || exit $((red ? red : 5))
[ $still -eq 1 ] || exit $((still ? still : 5))
exit $green
