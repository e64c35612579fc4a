#!/bin/sh
# try-kubernetes.sh [DOPPEL] - the jobs of Kubernetes without a cluster: kubeconform holds them to the
# schemas of the API of several versions, and has to refuse each of some faults; then what their
# containers are told to do is done here, pod by pod, one of them killed and made again, and the
# merged file has to be, byte for byte, that of the sweep on one machine.
#
# Needs python3 with venv, go, and the network for kubeconform and for the schemas (of the Python
# package kubernetes-validate). Kept in build/kubernetes.
set -eu
cd "$(dirname "$0")/../.."
DOPPEL=$(realpath "${1:-build/release/doppel}")
tools=$PWD/build/kubernetes work=$(mktemp -d)
export DOPPEL
trap 'rm -rf "$work"' EXIT
die() { echo "try-kubernetes: $*" >&2; exit 1; }
mkdir -p "$tools"
[ -x "$tools/kubeconform" ] || GOBIN=$tools go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0 ||
    die "kubeconform could not be had"
[ -x "$tools/venv/bin/kubernetes-validate" ] || {
    python3 -m venv "$tools/venv" && "$tools/venv/bin/pip" install -q --disable-pip-version-check kubernetes-validate==1.37.0
} || die "the schemas could not be had"
package=$(echo "$tools"/venv/lib/python3*/site-packages/kubernetes_validate/kubernetes-json-schema)

# There they name each other by where they lie in that package; here by the file beside.
mkdir "$work/schemas"
# shellcheck disable=SC2016
valid() { # version, files
    for s in job-batch-v1 _definitions; do
        sed 's,/api/_definitions.json,_definitions.json,g; s,"$id":,"$comment":,' "$package/v$1-local-strict/$s.json" > "$work/schemas/$s.json"
    done
    shift
    "$tools/kubeconform" -strict -schema-location "$work/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$@"
}
for version in 1.31.0 1.33.0 1.35.0 1.37.0; do
    valid $version -summary ci/cluster/sweep.yaml ci/cluster/merge.yaml > "$work/says" || die "$(cat "$work/says")"
    echo "Kubernetes $version: $(tail -1 "$work/says")"
done
refused() { # what is wrong, how it comes about
    sed "$2" ci/cluster/sweep.yaml > "$work/wrong.yaml"
    ! cmp -s ci/cluster/sweep.yaml "$work/wrong.yaml" || die "$1: nothing was changed"
    ! valid 1.37.0 "$work/wrong.yaml" > "$work/says" || die "$1 is not refused"
    echo "refused: $1"
}
refused "a key that there is not" 's/backoffLimitPerIndex/backoffLimitEachIndex/'
refused "a number as a text" 's/completions: 8/completions: "8"/'
refused "a rule without its action" 's/- action: FailIndex/- description: x/'

# What a pod is told, with the image's scripts and the claim's folder where they are here.
cat > "$work/pod.py" <<'EOF'
import os, sys, yaml
job, here, folder = yaml.safe_load(open(sys.argv[1])), sys.argv[2], sys.argv[3]
c = job["spec"]["template"]["spec"]["containers"][0]
command = [w.replace("/usr/local/share/doppel/cluster", here) for w in c["command"]]
env = dict(os.environ, **{e["name"]: e["value"] for e in c["env"]})
os.chdir(folder)
os.execvpe(command[0], command + (sys.argv[4:] or c.get("args", [])), env)
EOF
# shellcheck disable=SC2086
pod() { exec "$tools/venv/bin/python" "$work/pod.py" "$1" "$PWD/ci/cluster" "$work" $sweep; }
ln -s "$PWD/fixtures" "$work/fixtures"
sweep="fixtures/plans/paseo-1001002-to-1002000.json --at boundary-13..boundary+2 --no-network --explain none"
rc=0
# shellcheck disable=SC2086
"$DOPPEL" sweep $sweep -q --out "$work/whole.json" || rc=$?
[ $rc -le 1 ] || die "the sweep on one machine ended with $rc"
for JOB_COMPLETION_INDEX in 0 1 2 3 4 5 6 7; do
    export JOB_COMPLETION_INDEX
    log=$work/log-$JOB_COMPLETION_INDEX
    if [ $JOB_COMPLETION_INDEX = 2 ]; then # evicted, as a pod is: its first process is told
        (pod ci/cluster/sweep.yaml) > "$log" 2>&1 &
        until grep -q '^done: ' "$log"; do kill -0 $! && sleep 0.1; done
        kill -TERM $!
        rc=0
        wait $! || rc=$?
        [ $rc = 143 ] || die "a pod that was told to end ended with $rc: $(tail -1 "$log")"
        echo "pod 2: told to end, exit 143; made again"
    fi
    (pod ci/cluster/sweep.yaml) >> "$log" 2>&1 || die "pod $JOB_COMPLETION_INDEX: exit $?: $(tail -1 "$log")"
done
rc=0
(pod ci/cluster/merge.yaml) > "$work/merge.log" || rc=$?
[ $rc -le 1 ] || die "the merge ended with $rc"
cmp "$work/whole.json" "$work/sweep/sweep.json" || die "the merged file is another one"
twice=$(cat "$work"/log-? | sed -n 's/^done: //p' | sort | uniq -d | tr '\n' ';')
echo "done in all: $(cat "$work"/log-? | grep -c '^done: ') cells; more than once: ${twice:-none}"
echo "eight pods and a merge: the bytes of the sweep on one machine, $(sha256sum < "$work/whole.json" | cut -c 1-16)"
