#!/bin/sh
# doppel-gate.sh [install|gate|publish] - may this change pass? Without an argument all three, one
# after the other. Copied from ci/templates of doppel, whose README.md says what the variables are.
#
#   install   doppel from DOPPEL_RELEASE (.deb or .tar.*; a path or an address), if its hash is right
#   gate      runs GATE; the exit code is its own
#   publish   JUnit and Markdown of its verdict, and on GitHub annotations, summary and outputs
set -eu
gate=${GATE:-ci/gate.json}
out=${DOPPEL_OUT:-doppel-gate}
home=${DOPPEL_HOME:-$PWD/.doppel}
export DOPPEL_CACHE="${DOPPEL_CACHE:-$home/cache}"
PATH=$home/bin:$PATH
die() { echo "doppel-gate: $*" >&2; exit 4; }

install() {
    [ -n "${DOPPEL_RELEASE:-}" ] || die "DOPPEL_RELEASE names no .deb or .tar.xz of doppel"
    [ -n "${DOPPEL_SHA256:-}" ] || die "DOPPEL_SHA256 is not set: nothing is installed unseen"
    mkdir -p "$home"
    file=$home/${DOPPEL_RELEASE##*/}
    case $DOPPEL_RELEASE in
    https://*) curl -fsSL --retry 3 -o "$file" "$DOPPEL_RELEASE" || die "could not be fetched: $DOPPEL_RELEASE" ;;
    *) cp "$DOPPEL_RELEASE" "$file" || die "is not there: $DOPPEL_RELEASE" ;;
    esac
    echo "$DOPPEL_SHA256  $file" | sha256sum -c --status || {
        rm -f "$file"
        die "$DOPPEL_RELEASE has another hash than DOPPEL_SHA256"
    }
    case $file in
    *.deb)
        sudo=$([ "$(id -u)" = 0 ] || echo sudo)
        $sudo apt-get install -y -qq --no-install-recommends "$file" || die "$file could not be installed"
        ;;
    *.tar.*) tar -xf "$file" -C "$home" --strip-components=1 || die "$file could not be unpacked" ;;
    *) die "DOPPEL_RELEASE ends neither with .deb nor with .tar.xz: $DOPPEL_RELEASE" ;;
    esac
    rm -f "$file"
    doppel version || die "doppel was installed and does not run"
}

run_gate() {
    mkdir -p "$out"
    rm -f "$out/verdict.json" "$out/junit.xml" "$out/summary.md"
    doppel gate "$gate" --out "$out/verdict.json"
}

# Where the gate was refused, or nothing was run, there is no verdict, and the step before said why.
publish() {
    [ -f "$out/verdict.json" ] || { echo "doppel-gate: there is no verdict to publish"; return 0; }
    doppel report junit "$out/verdict.json" > "$out/junit.xml"
    doppel report markdown "$out/verdict.json" > "$out/summary.md"
    [ "${GITHUB_ACTIONS:-}" != true ] || doppel report github "$out/verdict.json"
}

case ${1:-all} in
install) install ;;
gate) run_gate ;;
publish) publish ;;
all)
    install
    code=0
    run_gate || code=$?
    publish
    exit "$code"
    ;;
*)
    echo "usage: doppel-gate.sh [install|gate|publish]" >&2
    exit 2
    ;;
esac
