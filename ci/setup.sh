#!/bin/sh
# setup.sh - everything `make demo` and `make check` need on Debian bookworm:
# Debian packages, and the Wasmtime C API (library and headers, checksummed).
# Idempotent; under a second when all is there. WASMTIME_DIR=dir uses a release
# of your own (dir/lib/libwasmtime.so, dir/include/wasmtime.h) and fetches none.
set -eu
cd "$(dirname "$0")/.."
deps=$PWD/.deps
stamp=$deps/setup.$(cksum < ci/setup.sh | tr ' ' -)
wasmtime=${WASMTIME_DIR:-$deps/wasmtime}

have_wasmtime() { [ -f "$wasmtime/lib/libwasmtime.so" ] && [ -f "$wasmtime/include/wasmtime.h" ]; }
[ -f "$stamp" ] && have_wasmtime && exit 0

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 4; }

packages="build-essential pkgconf binutils unzip zstd ca-certificates bsdextrautils
 libjansson-dev check liblmdb-dev libsodium-dev libsecp256k1-dev libxxhash-dev libzstd-dev
 clang-14 lld-14 libclang-rt-14-dev libclang-rt-14-dev-wasm32 clang clang-format"
python3 -m pip --version >/dev/null 2>&1 || packages="$packages python3-pip"

# cargo is asked for one crate's headers; anything since 1.82 speaks the index.
new_cargo() { command -v cargo >/dev/null 2>&1 &&
    cargo --version | awk '{ split($2, v, "."); exit !(v[1] > 1 || v[2] >= 82) }'; }
have_wasmtime || new_cargo || packages="$packages cargo-web"

missing=
for p in $packages; do
    dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -q '^installed$' || missing="$missing $p"
done
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null 2>&1 || die "not Debian: please install the equivalents of:$missing"
    [ "$(id -u)" = 0 ] || die "needs root once: sudo apt-get install --no-install-recommends$missing"
    say "installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2 || die "apt-get update failed"
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >&2 || die "apt-get install failed"
fi

# The wheel holds the library without headers, the crate holds the headers. The
# wheel 50.0.1 contains library 50.0.0; the last step compares the two.
fetch_wasmtime() {
    pyv=50.0.1 cv=50.0.0 dl=$deps/dl new=$deps/wasmtime.part
    case $(uname -m) in
    x86_64)
        plat=manylinux1_x86_64
        whl=cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4
        so=3127ca42fe7cdd3f0a43a358e79177dcfedd46c1746329826403b9d854de6178 ;;
    aarch64)
        plat=manylinux2014_aarch64
        whl=675484e525c028dc02762b777f1db4477ea70caa3fec6775426daff4d64edfb1
        so=4777b787fcc6651c98130ccc7c8ce9160faba5f3b34918886785a43094026fc9 ;;
    *) die "no Wasmtime library is known for $(uname -m); set WASMTIME_DIR" ;;
    esac
    say "fetching the Wasmtime $cv C API"
    rm -rf "$dl" "$new"
    mkdir -p "$dl" "$new/lib" "$new/include"
    echo "wasmtime==$pyv --hash=sha256:$whl" > "$dl/req.txt"
    python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: \
        --platform $plat --require-hashes -r "$dl/req.txt" -d "$dl" >&2 || die "the Wasmtime wheel could not be fetched"
    unzip -oqj "$dl"/wasmtime-$pyv-*.whl 'wasmtime/linux-*/_libwasmtime.so' -d "$dl"
    install -m 755 "$dl/_libwasmtime.so" "$new/lib/libwasmtime.so"
    echo "$so  $new/lib/libwasmtime.so" | sha256sum -c --quiet >&2 || die "the Wasmtime library is not the pinned one"
    (cd / && CARGO_HOME="$dl/cargo" cargo info -q wasmtime-c-api-impl@$cv --registry crates-io >/dev/null) ||
        die "the Wasmtime headers could not be fetched"
    echo "b2c5c602144b0226bf8c448b3bd2799d13296be2e0d6ffbe74aefefda44c2b5e " \
        "$(ls "$dl"/cargo/registry/cache/*/wasmtime-c-api-impl-$cv.crate)" | sha256sum -c --quiet >&2 ||
        die "the Wasmtime headers are not the pinned ones"
    cp -R "$dl"/cargo/registry/src/*/wasmtime-c-api-impl-$cv/include/. "$new/include"
    sed 's/#cmakedefine/#define/' "$new/include/wasmtime/conf.h.in" > "$new/include/wasmtime/conf.h"
    lib=$(nm -D --defined-only "$new/lib/libwasmtime.so" | sed -n 's/.* set_vmctx_memory_//p' | tr _ .)
    hdr=$(sed -n 's/#define WASMTIME_VERSION "\(.*\)"/\1/p' "$new/include/wasmtime.h")
    [ "$lib" = "$hdr" ] || die "Wasmtime library $lib, headers $hdr"
    rm -rf "$deps/wasmtime" "$dl"
    mv "$new" "$deps/wasmtime"
}

mkdir -p "$deps"
if ! have_wasmtime; then
    [ -z "${WASMTIME_DIR:-}" ] || die "WASMTIME_DIR=$WASMTIME_DIR holds no lib/libwasmtime.so and include/wasmtime.h"
    fetch_wasmtime
fi
rm -f "$deps"/setup.*
touch "$stamp"
