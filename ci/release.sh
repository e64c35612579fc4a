#!/bin/sh
# release.sh FOLDER - makes what is published of the commit that is checked out, twice: in clones in
# two folders, by users who differ in time zone, language, umask and home. The bytes have to be the
# same, the program in the archive has to run where it was unpacked, and the first of the two then
# lies in FOLDER. Exit 1: they differ; both stay, to be looked at. `make release` calls it.
set -eu
cd "$(dirname "$0")/.."
folder=${1:?usage: ci/release.sh FOLDER}
work=$(mktemp -d) version=$(cat VERSION)
export WASMTIME_DIR="${WASMTIME_DIR:-$PWD/.deps/wasmtime}"
unset MAKEFLAGS MFLAGS MAKELEVEL SOURCE_DATE_EPOCH
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "release: of the commit; what is changed here since is not in it" >&2
build() { # clone, umask, variables
    git clone -q . "$1"
    (cd "$1" && umask "$2" && shift 2 && env "$@" make -s -j"$(nproc)" dist) >&2
}
build "$work/one" 022 TZ=UTC LANG=C
build "$work/two/of-another-length" 077 TZ=Asia/Kathmandu LANG=C.UTF-8 HOME="$work"
if ! diff -r "$work/one/dist" "$work/two/of-another-length/dist" >&2; then
    echo "release: the same commit came to different bytes: see $work" >&2
    exit 1
fi
mkdir "$work/away"
tar -C "$work/away" -xf "$(ls "$work"/one/dist/"doppel-$version"-*.tar.xz)"
"$work/away/doppel-$version/bin/doppel" version
mkdir -p "$folder"
cp "$work"/one/dist/* "$folder"
cat "$folder/SHA256SUMS"
rm -rf "$work"
