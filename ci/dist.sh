#!/bin/sh
# dist.sh FOLDER - what is published of the commit that is checked out:
#
#   doppel-VERSION.tar.xz                      its files
#   doppel-VERSION-SYSTEM-ARCHITECTURE.tar.xz  what `make install` leaves, to be unpacked anywhere
#   doppel_VERSION_ARCHITECTURE.deb            where dpkg-dev is there
#   SHA256SUMS                                 `sha256sum -c SHA256SUMS`
#
# The same commit on the same system gives the same bytes, wherever and whenever. `make dist` calls it,
# `make release` sees that this holds.
set -eu
cd "$(dirname "$0")/.."
folder=${1:?usage: ci/dist.sh FOLDER}
die() { echo "dist: $*" >&2; exit 4; }
git rev-parse -q --verify HEAD >/dev/null || die "needs the repository: this is no checkout"
[ -z "$(git status --porcelain --untracked-files=no)" ] || die "there are changes that are not committed"
: "${SOURCE_DATE_EPOCH:?is set by make dist}"
export SOURCE_DATE_EPOCH LC_ALL=C XZ_DEFAULTS='' XZ_OPT=''
umask 022
version=$(cat VERSION) architecture=$(dpkg --print-architecture 2>/dev/null || uname -m)
# shellcheck disable=SC1091
system=$(. /etc/os-release && echo "$ID$VERSION_ID")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/doppel[-_]* "$folder/SHA256SUMS"

name=doppel-$version
git -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD > "$stage/source.tar"
xz -6 -T1 < "$stage/source.tar" > "$folder/$name.tar.xz"

${MAKE:-make} --no-print-directory install DESTDIR="$stage/root" PREFIX="/$name" >&2
tar -C "$stage/root" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --format=gnu -cf "$stage/binary.tar" "$name"
xz -6 -T1 < "$stage/binary.tar" > "$folder/$name-$system-$architecture.tar.xz"

if command -v dpkg-shlibdeps >/dev/null; then ci/deb.sh "$folder"; fi
(cd "$folder" && sha256sum doppel[-_]* > SHA256SUMS)
cat "$folder/SHA256SUMS"
