#!/bin/sh
# rooms.sh ROOM... - prints which room includes which, and fails on an include
# that the room's room.mk does not allow, or on a circle.
set -eu
cd "$(dirname "$0")/.."
bad=0
for r in "$@"; do
    sees=$(sed -n 's/^sees := *//p' "harness/$r/room.mk")
    used=$(grep -ho '#include "[a-z]*/' harness/"$r"/*.[ch] 2>/dev/null | sed 's/.*"//; s,/,,' | sort -u | grep -vx "$r" || true)
    printf '%-9s -> %s\n' "$r" "$(echo $used)"
    for u in $used; do
        case " $sees " in
        *" $u "*) ;;
        *) echo "rooms: $r includes $u, which its room.mk does not let it see" >&2; bad=1 ;;
        esac
        [ -f "harness/$u/$u.h" ] || { echo "rooms: $u has no door" >&2; bad=1; }
    done
    if grep -n '#include "[a-z]*/[a-z_]*_impl.h"' harness/"$r"/*.[ch] 2>/dev/null | grep -v "\"$r/"; then
        echo "rooms: $r includes the inside of another room" >&2; bad=1
    fi
    for s in $sees; do echo "$r $s"; done >> /tmp/rooms.$$
done
tsort /tmp/rooms.$$ > /dev/null 2>&1 || { echo "rooms: the arrows form a circle" >&2; bad=1; }
rm -f /tmp/rooms.$$
exit $bad
