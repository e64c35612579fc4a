#!/bin/sh
# roots.sh [bookworm|trixie|jammy|noble|container|deb]... - sets doppel up where nothing is yet.
#
# For each Debian or Ubuntu named (default: all four) a bare root is made below ROOTS
# (/var/tmp/doppel-roots), in it a clone of HEAD. There set-up brings what a build needs, `make` and
# `make demo` run, set-up brings what tests need, the tests of some rooms (TESTED) run, and
# `make format` must change nothing. `container` runs the steps of ci/Containerfile in two bare roots
# of Debian 12, and the program in the second. `deb` makes the package for the system on which this
# runs, installs it with apt in a bare root of that system, and asks the program there about the pair
# of the demo. Prints a line for each; a log stays beside each root.
# Exit 0 only if all went well.
#
# Needs root, debootstrap, the network, and 3 GB for each root; for the Ubuntus their keyring as well
# (UBUNTU_KEYRING; on Debian 13 the package ubuntu-keyring). Takes some ten minutes for each, so it is
# not part of check. Certificates of this machine are given to the roots, in case it sits behind a
# proxy of its own.
set -eu
cd "$(dirname "$0")/.."
repo=$PWD roots=${ROOTS:-/var/tmp/doppel-roots}
tested=${TESTED:-crypto host}
certificates=/etc/ssl/certs/ca-certificates.crt

make_root() { # suite, folder
    script='' keyring=''
    pockets="$1-updates $1-security"
    case $1 in
    jammy | noble)
        # A debootstrap that is older than the release makes all Ubuntus alike.
        script=/usr/share/debootstrap/scripts/gutsy
        keyring="--components=main,universe --keyring=${UBUNTU_KEYRING:-/usr/share/keyrings/ubuntu-archive-keyring.gpg}" ;;
    esac
    rm -rf "$2"
    # shellcheck disable=SC2086
    debootstrap --variant=minbase --force-check-gpg $keyring "$1" "$2" ${script:+"" "$script"}
    line=$(head -1 "$2/etc/apt/sources.list")
    for p in $pockets; do
        case $p in
        bookworm-security | trixie-security) echo "$line" | sed "s, $1 , $p ,; s,/debian ,/debian-security ," ;;
        *) echo "$line" | sed "s, $1 , $p ," ;;
        esac
    done >> "$2/etc/apt/sources.list"
}

# A mount namespace of its own, so that nothing stays mounted whatever happens.
inside() { # folder, command
    cp /etc/resolv.conf "$1/etc/resolv.conf"
    mkdir -p "$1/root"
    cp $certificates "$1/root/certificates"
    unshare -m --propagation private sh -ec '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        mount -t tmpfs tmpfs "$1/tmp"
        exec chroot "$1" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            PIP_CERT=/root/certificates CARGO_HTTP_CAINFO=/root/certificates sh -ec "$2"' sh "$1" "$2"
}

prove() { # suite
    make_root "$1" "$roots/$1"
    git clone -q "$repo" "$roots/$1/root/doppel"
    if [ -d "$repo/../shared" ]; then
        mkdir "$roots/$1/root/shared"
        cp -R "$repo/../shared/." "$roots/$1/root/shared"
    fi
    # make itself comes with the first list.
    inside "$roots/$1" "cd /root/doppel
        ci/setup.sh build
        make -j$(nproc)
        make demo
        make -j$(nproc) runtimes
        for r in $tested; do make -j$(nproc) test-\$r; done
        make format"
    git -C "$roots/$1/root/doppel" diff --exit-code
}

# The steps of one stage of the Containerfile, run one by one.
stage() { # number, folder
    awk -v want="$1" '/^FROM/ { n++ } n == want && /^(RUN|COPY) /' ci/Containerfile |
        while read -r verb what; do
            case "$verb $what" in
            "COPY --from=build "*) echo "$what" | { read -r _ from to; cp -R "$roots/container-build$from/." "$2$to"; } ;;
            COPY*)
                to=$2/src/${what##* }
                mkdir -p "$to"
                for f in ${what% *}; do if [ -d "$f" ]; then cp -R "$f/." "$to"; else cp "$f" "$to"; fi; done ;;
            RUN*) inside "$2" "mkdir -p /src && cd /src && $what" < /dev/null ;;
            esac
        done
}

container() {
    make_root bookworm "$roots/container-build"
    make_root bookworm "$roots/container"
    stage 1 "$roots/container-build"
    stage 2 "$roots/container"
    mkdir "$roots/container/work"
    cp -R fixtures "$roots/container/work"
    inside "$roots/container" 'cd /work && XDG_CACHE_HOME=/tmp doppel run fixtures/plans/*.json || test $? -eq 1'
}

# Of what a package needs, only what it says itself is there.
deb() {
    # shellcheck disable=SC1091
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    make deb DIST="$roots/deb-made"
    make_root "$suite" "$roots/deb"
    mkdir "$roots/deb/root/pair"
    cp "$roots"/deb-made/doppel_*.deb "$roots/deb/root"
    cp fixtures/paseo-1001002-e20-100val-20paras.json.zst* fixtures/paseo-1002000-e20.wasm* "$roots/deb/root/pair"
    inside "$roots/deb" 'cd /root
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ./doppel_*.deb < /dev/null
        doppel version
        doppel completion offer -- snap | grep -q snapshot
        test -s /usr/share/man/man1/doppel-run.1.gz
        doppel preflight --from pair/*.json.zst --to pair/*.wasm > preflight || test $? -eq 1
        grep -E "^(GO|NO-GO)" preflight
        apt-get remove -y -qq doppel < /dev/null
        test ! -e /usr/bin/doppel'
}

[ "$(id -u)" = 0 ] || { echo "roots: needs root" >&2; exit 4; }
command -v debootstrap >/dev/null || { echo "roots: needs debootstrap" >&2; exit 4; }
[ $# -gt 0 ] || set -- bookworm trixie jammy noble
mkdir -p "$roots"
bad=0
for name in "$@"; do
    log=$roots/$name.log
    case $name in
    bookworm | trixie | jammy | noble) what="prove $name" ;;
    container | deb) what=$name ;;
    *) echo "roots: $name is none of bookworm, trixie, jammy, noble, container, deb" >&2; exit 2 ;;
    esac
    # A function in a condition would go on after a failure, so it has a shell of its own.
    set +e
    (set -e; $what) > "$log" 2>&1
    rc=$?
    set -e
    if [ $rc -eq 0 ]; then echo "ok   $name"; else echo "FAIL $name: see $log"; bad=1; fi
done
exit $bad
