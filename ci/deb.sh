#!/bin/sh
# deb.sh FOLDER - makes doppel_VERSION_ARCHITECTURE.deb in FOLDER, for the distribution on which this
# runs: from what `make install` leaves, with the dependencies that dpkg-shlibdeps reads from it. The
# same commit gives the same bytes (SOURCE_DATE_EPOCH). `make deb` calls it.
set -eu
cd "$(dirname "$0")/.."
folder=${1:?usage: ci/deb.sh FOLDER}
die() { echo "deb: $*" >&2; exit 4; }
for tool in dpkg-deb dpkg-shlibdeps dpkg; do
    command -v $tool >/dev/null || die "needs $tool: apt-get install dpkg-dev"
done
: "${SOURCE_DATE_EPOCH:?is set by make deb}"
export SOURCE_DATE_EPOCH LC_ALL=C
umask 022
version=$(cat VERSION) architecture=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
root=$stage/root doc=$stage/root/usr/share/doc/doppel

${MAKE:-make} --no-print-directory install DESTDIR="$root" PREFIX=/usr ZSHDIR=/usr/share/zsh/vendor-completions >&2
# Debian has licences in one place, and wants the rest packed.
rm -f "$doc"/LICENSE*
cp ci/debian/copyright "$doc/copyright"
# In the form of Debian; the rest of it stands in CHANGELOG.md.
printf 'doppel (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md in this folder.\n\n -- %s  %s\n' \
    "$version" "$(sed -n 's/^Maintainer: //p' ci/debian/control)" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" |
    gzip -9n > "$doc/changelog.gz"
gzip -9n "$doc/CHANGELOG.md"
find "$root/usr/share/man" -type f -exec gzip -9n {} +

# What it needs: of the program and of the library that only it uses.
mkdir "$stage/debian" "$root/DEBIAN"
printf 'Source: doppel\n\nPackage: doppel\nArchitecture: any\n' > "$stage/debian/control"
(cd "$stage" && dpkg-shlibdeps -O -lroot/usr/lib/doppel -eroot/usr/bin/doppel \
    -eroot/usr/lib/doppel/libwasmtime.so) > "$stage/needs"
needs=$(sed -n 's/^shlibs:Depends=//p' "$stage/needs")
[ -n "$needs" ] || die "dpkg-shlibdeps found nothing that it needs"

(cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) > "$root/DEBIAN/md5sums"
sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@NEEDS@/$needs/" \
    -e "s/@SIZE@/$(du -sk "$root/usr" | cut -f1)/" ci/debian/control > "$root/DEBIAN/control"
mkdir -p "$folder"
dpkg-deb --root-owner-group -Zxz --build "$root" "$folder/doppel_${version}_$architecture.deb" >&2
