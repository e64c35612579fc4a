#!/usr/bin/env python3
"""floor.py - the floor below which the source does not fall. `make tidy-check` runs it.

  floor.py                the checks below; exit 1 and one line a finding when one fails
  floor.py --measure      what the tree is like, room by room (with --tree DIR: another tree)
  floor.py --self-test    plants one fault for each check and sees that it is found

The checks:
  layout     clang-format 14 would change nothing
  columns    no line has more than 100 columns
  names      a name with external linkage is dg_NOUN or dg_NOUN_..., and its noun belongs to its
             room. A room owns its own name and what `owns :=` in its room.mk lists; no noun has two
             owners. Of two nouns that fit (node, node_ix) the longer one counts.
  types      the same for types and for functions that a header defines; in a door each has the
             prefix, in a header of the inside only what begins with dg_ must be the room's
  constants  the same for macros and enumerators of doors, DG_NOUN_...; the codes of `enum dg_code`,
             which are the vocabulary of all rooms, stand without a noun
  docs       every function of a door has a comment of its own: directly above it, or behind it on
             one of its lines. The comment above may serve what directly follows as well when it says
             so: by the other's whole name, by its verb in backquotes (`free`), or by one of the words
             both, each, all, two, three, four at its very start or after a full stop.
  bodies     a function that a room's header declares is defined in that room
  digits     nobody writes n[3]: a number that stands for a field has a name
  caps       a table that is full is not passed over in silence: `if (count < MAX) list[count++] = x`
             needs an else, or an assert before it
"""
import argparse, collections, concurrent.futures, glob, os, re, shutil, subprocess, sys, tempfile

sys.dont_write_bytecode = True
import c_text

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COLUMNS = 100
REPLACED = ("__assert_fail",)  # functions of the C library that the program has one of its own of
CODES = "dg_code"  # the one enum whose constants have no noun

# What does not hold yet: check -> rooms and tests/NAME. It can only shrink: a place that is clean,
# or that is gone, fails until it is taken out of here.
NOT_YET = {}


class Room:
    def __init__(self, tree, name):
        self.name = name
        text = open(os.path.join(tree.root, "harness", name, "room.mk")).read().replace("\\\n", " ")
        listed = re.search(r"^owns *:= *(.*)$", text, re.M)
        self.owns = {name} | set(listed.group(1).split() if listed else [])


class Tree:
    def __init__(self, root, objects=None):
        self.root = root
        self.objects = objects or os.path.join(root, "build/release")
        names = sorted(os.path.basename(os.path.dirname(p)) for p in glob.glob(os.path.join(root, "harness/*/room.mk")))
        self.rooms = {name: Room(self, name) for name in names}
        self.owners = {}
        for room in self.rooms.values():
            for noun in room.owns:
                self.owners.setdefault(noun, room.name)
        self.files = {}  # path from the root -> c_text.File
        for pattern in ("harness/*/*.[ch]", "tests/*/*.[ch]", "runtimes/*/*.[ch]"):
            for path in sorted(glob.glob(os.path.join(root, pattern))):
                self.files[os.path.relpath(path, root)] = c_text.File(path)

    def of_room(self, room, suffix=".[ch]"):
        return {p: f for p, f in self.files.items() if re.match(r"harness/%s/[^/]*%s$" % (room, suffix), p)}

    def door(self, room):
        return self.files.get("harness/%s/%s.h" % (room, room))

    def owner_of(self, name, prefix):
        """The room that owns the longest noun which `name` begins with, or None."""
        words = name[len(prefix):].lower().split("_") if name.startswith(prefix) else []
        nouns = ("_".join(words[:n]) for n in range(len(words), 0, -1))
        return next((self.owners[noun] for noun in nouns if noun in self.owners), None)

    def object_of(self, path):
        return os.path.join(self.objects, path[:-2] + ".o")

    def symbols(self):
        """{path: (defined, undefined)} of the rooms' sources."""
        paths = [p for p in self.files if p.startswith("harness/") and p.endswith(".c")]
        missing = [p for p in paths if not os.path.exists(self.object_of(p))]
        if missing:
            sys.exit("floor: %s is not built; run `make` first" % self.object_of(missing[0]))
        table = c_text.symbols([self.object_of(p) for p in paths])
        return {p: table[self.object_of(p)] for p in paths}


def place(path):
    """A room's name; tests/NAME, runtimes/NAME."""
    return re.sub(r"^harness/", "", "/".join(path.split("/")[:2]))


# ---- the checks: each yields (path, line or 0, what is wrong) ----


def clang_format():
    for name in (os.path.join(ROOT, ".deps/bin/clang-format-14"), "clang-format-14", "clang-format"):
        if shutil.which(name) and " 14." in subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True).stdout:
            return name
    return None


def check_layout(tree):
    program = clang_format()
    if not program:
        print("floor: LAYOUT NOT CHECKED: no clang-format 14 here (`make setup-test` brings it)")
        return

    def run(paths):
        done = subprocess.run([program, "--dry-run"] + paths, cwd=tree.root, stderr=subprocess.PIPE, text=True)
        return re.findall(r"^([^:\s]+):(\d+):\d+: warning", done.stderr, re.M)

    paths = sorted(tree.files)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = set()
        for path, line in (f for part in pool.map(run, [paths[i:i + 25] for i in range(0, len(paths), 25)]) for f in part):
            if path not in seen:
                seen.add(path)
                yield path, int(line), "clang-format would lay it out otherwise (`make format`)"


def check_columns(tree):
    for path, file in tree.files.items():
        for n, line in enumerate(file.lines, 1):
            if len(line) > COLUMNS:
                yield path, n, "%d columns" % len(line)


def judge(tree, room, name, prefix="dg_"):
    """What is wrong with `name` as one of `room`, or None."""
    owner = tree.owner_of(name, prefix)
    if owner == room or name in REPLACED:
        return None
    return "%s: %s" % (name, "its noun belongs to %s" % owner if owner else "no room owns its noun (`owns :=` in room.mk)")


def check_names(tree):
    for room in tree.rooms.values():
        for noun in sorted(room.owns):
            if tree.owners[noun] != room.name:
                yield "harness/%s/room.mk" % room.name, 0, "%s belongs to %s already" % (noun, tree.owners[noun])
    for path, (defined, _) in tree.symbols().items():
        for name in sorted(defined - {"main"}):
            wrong = judge(tree, path.split("/")[1], name, "DG_" if name.startswith("DG_") else "dg_")
            if wrong:
                yield path, 0, wrong


def check_types(tree):
    for room in tree.rooms:
        for path, file in tree.of_room(room, ".h").items():
            named = list(file.types()) + [(f.first, f.name) for f in file.functions() if f.body]
            for line, name in named:
                wrong = judge(tree, room, name)
                if wrong and (file is tree.door(room) or name.startswith("dg_")):
                    yield path, line, wrong


def check_constants(tree):
    for room in tree.rooms:
        file = tree.door(room)
        for line, name, enum in file.constants() if file else ():
            if enum != CODES and name != "DG_%s_H" % room.upper():
                wrong = judge(tree, room, name, "dg_" if name.startswith("dg_") else "DG_")
                if wrong:
                    yield "harness/%s/%s.h" % (room, room), line, wrong


def serves(comment, name, verb):
    if re.search(r"\b%s\b|`%s`" % (name, verb), comment):
        return True
    return re.search(r"(?:^/\*|\.)[\s*]*(?:(?:of|in|for) )?(?:the )?(?:both|each|all|two|three|four)\b", comment, re.I) is not None


def documented(tree, room, file):
    """(line, name, is it documented) of every function of a door."""
    ends = {last: text for _, last, text in file.comments}
    touched = {line for first, last, _ in file.comments for line in range(first, last + 1)}
    code = file.code.split("\n")
    above, bottom = "", 0  # the comment that stands over this run of prototypes, and where it ended
    for first, last, name, _, _ in file.functions():
        own = ends.get(first - 1, "")
        own = own if own and not code[first - 2].strip() else ""
        behind = any(line in touched and code[line - 1].strip() for line in range(first, last + 1))
        owner = [n for n in tree.rooms[room].owns if name.startswith("dg_%s_" % n)]
        verb = name[len("dg_%s_" % max(owner, key=len)):] if owner else name
        follows = above and first == bottom + 1 and serves(above, name, verb)
        yield first, name, bool(own or behind or follows)
        above = own if own else above if first == bottom + 1 else ""
        bottom = last


def check_docs(tree):
    for room in tree.rooms:
        if tree.door(room):
            for line, name, is_documented in documented(tree, room, tree.door(room)):
                if not is_documented:
                    yield "harness/%s/%s.h" % (room, room), line, "%s has no comment of its own" % name


def check_bodies(tree):
    symbols = tree.symbols()
    for room in tree.rooms:
        defined = {name for path in tree.of_room(room, ".c") for name in symbols[path][0]}
        for path, file in tree.of_room(room, ".h").items():
            for f in file.functions():
                if not f.body and f.name.startswith("dg_") and f.name not in defined:
                    yield path, f.first, "%s is defined nowhere in %s" % (f.name, room)


def check_digits(tree):
    for path, file in tree.files.items():
        for m in re.finditer(r"\bn\[\d+\]", file.code):
            yield path, file.line_of(m.start()), m.group() + ": a number stands for a field"


CAP = re.compile(r"\bif \(([^;{}]*?)([\w.>-]+) < ([^;{}]*?)\)\s*(\{?)\s*[^;{}]*\[\2\+\+\][^;]*;\s*(\}?)\s*(else\b)?")


def check_caps(tree):
    for path, file in tree.files.items():
        if path.startswith("harness/"):
            for m in CAP.finditer(file.code):
                if not m.group(6):
                    yield path, file.line_of(m.start()), "a full table (%s) is passed over in silence" % m.group(2)


CHECKS = {"layout": check_layout, "columns": check_columns, "names": check_names, "types": check_types,
          "constants": check_constants, "docs": check_docs, "bodies": check_bodies, "digits": check_digits, "caps": check_caps}


def run_checks(tree, not_yet):
    """The lines to print, and whether the floor holds."""
    lines, held = [], True
    for check, run in CHECKS.items():
        found = collections.defaultdict(list)
        for path, line, what in run(tree):
            found[place(path)].append("%s:%d: %s" % (path, line, what) if line else "%s: %s" % (path, what))
        waived = set(not_yet.get(check, "").split())
        for where in sorted(found):
            if where not in waived:
                held = False
                lines += ["%-9s %s" % (check, text) for text in found[where]]
        for where in sorted(waived - set(found)):
            held = False
            lines.append("%-9s %s is clean: take it out of NOT_YET in ci/floor.py" % (check, where))
    return lines, held


# ---- measuring ----


def percent(part, whole):
    return "%d" % round(100 * part / whole) if whole else "-"


def claim_names(tree):
    names = set()
    for path, file in tree.files.items():
        if re.match(r"harness/(claim|event)/", path):
            names |= set(re.findall(r'\.name = "([a-z][a-z-]*)"', file.text))
            names |= set(re.findall(r'\bX\([A-Z_]+,\s*"([a-z][a-z-]*)"', file.text)) if "/claim/" in path else set()
    return names


def circles(tree, room, symbols):
    """Sizes of the largest circles of a room's files: by symbols, and by headers (a file is its .c
    and its .h)."""
    mine = {p: symbols[p] for p in tree.of_room(room, ".c")}
    home = {name: p for p, (defined, _) in mine.items() for name in defined}
    uses = {p: {home[n] for n in undefined if n in home} for p, (_, undefined) in mine.items()}
    stems = collections.defaultdict(set)
    for p, file in tree.of_room(room).items():
        for name in re.findall(r'^#include "%s/(\w+)\.h"' % room, file.text, re.M):
            stems[os.path.basename(p)[:-2]].add(name)
    includes = {stem: seen - {stem} for stem, seen in stems.items()}
    return len(c_text.circle(uses)), len(c_text.circle(includes)), len(mine)


def measure(tree):
    symbols, names = tree.symbols(), claim_names(tree)
    print("files: in the largest circle by symbols / by headers, of all .c    struct: fields of the largest, and the functions\n"
          "that take it, of all    ints: functions with neighbouring integers of one type    own: external names that begin with\n"
          "the room's name / with a noun it owns    asserts: per 1,000 lines    n[]: uses of n[digit]    claims: claim names in\n"
          "string literals    docs: documented functions of the door    prose: lines of the door that are comment, of those not\n"
          "blank    >100: lines of more than 100 columns\n")
    head = "%-10s %6s %12s %-34s %6s %9s %8s %5s %7s %6s %6s %5s"
    print(head % ("room", "lines", "files", "struct", "ints", "own", "asserts", "n[]", "claims", "docs", "prose", ">100"))
    sums = collections.Counter()
    for room in tree.rooms:
        files = tree.of_room(room)
        lines = sum(len(f.lines) for f in files.values())
        by_symbol, by_header, count = circles(tree, room, symbols)
        structs = [s for f in files.values() for s in f.structs()]
        name, fields = max(structs, key=lambda s: s[1], default=("-", 0))
        defined = [list(c_text.parameters(f.taken)) for file in files.values() for f in file.functions() if f.body]
        taking = sum(name + " *" in t for t in defined)
        ints = sum(any(a == b and a in c_text.INTEGERS for a, b in zip(t, t[1:])) for t in defined)
        external = {n for p in tree.of_room(room, ".c") for n in symbols[p][0]} - {"main"}
        own = sum(re.match(r"dg_%s(_|$)" % room, n, re.I) is not None for n in external)
        owned = sum(judge(tree, room, n, n[:3]) is None for n in external)
        asserts = sum(len(re.findall(r"\bassert\(", f.bare)) for f in files.values())
        digits = sum(len(re.findall(r"\bn\[\d+\]", f.code)) for f in files.values())
        claims = sum(text in names for f in files.values() for _, text in f.strings) if room not in ("claim", "event") else 0
        wide = sum(len(line) > COLUMNS for f in files.values() for line in f.lines)
        door, docs, prose, full = tree.door(room), [], 0, 0
        if door:
            docs = [d[2] for d in documented(tree, room, door)]
            code = door.code.split("\n")
            full = sum(bool(line.strip()) for line in door.lines)
            prose = sum(bool(line.strip()) and not code[i].strip() for i, line in enumerate(door.lines))
        print(head % (room, lines, "%d/%d of %d" % (by_symbol, by_header, count),
                      "%s %d, %d of %d" % (name, fields, taking, len(defined)), percent(ints, len(defined)) + "%",
                      "%s/%s%%" % (percent(own, len(external)), percent(owned, len(external))),
                      "%.1f" % (1000 * asserts / lines), digits, claims, percent(sum(docs), len(docs)) + "%",
                      percent(prose, full) + "%", wide))
        sums.update(lines=lines, functions=len(defined), ints=ints, external=len(external), own=own, owned=owned, asserts=asserts,
                    digits=digits, claims=claims, docs=sum(docs), prototypes=len(docs), prose=prose, full=full, wide=wide)
    t = sums
    print(head % ("all", t["lines"], "", "%d functions" % t["functions"], percent(t["ints"], t["functions"]) + "%",
                  "%s/%s%%" % (percent(t["own"], t["external"]), percent(t["owned"], t["external"])),
                  "%.1f" % (1000 * t["asserts"] / t["lines"]), t["digits"], t["claims"], percent(t["docs"], t["prototypes"]) + "%",
                  percent(t["prose"], t["full"]) + "%", t["wide"]))


# ---- the checks themselves, checked ----


# A small tree in which the floor holds, then one fault for each check: check -> (file, old, new).
GOOD = {
    "harness/pond/room.mk": "room := pond\nsees :=\nowns := fish\n",
    "harness/lake/room.mk": "room := lake\nsees := pond\n",
    "harness/lake/lake.h": "/* Its depth in m. */\nint dg_lake_depth(void);\n",
    "harness/lake/lake.c": '#include "lake/lake.h"\n\nint dg_lake_depth(void)\n{\n    return 1;\n}\n',
    "harness/pond/pond.h": """#ifndef DG_POND_H
#define DG_POND_H

#define DG_FISH_MAX 8 /* in one pond */

/* What swims. */
typedef struct dg_fish {
    int age; /* years */
} dg_fish;

/* Puts a fish into the pond; 0 when it is full. */
int dg_pond_put(const dg_fish *fish);
void dg_pond_drain(void); /* all of them go */
/* Each is a count of fish: those there, those there is room for. */
int dg_pond_count(void);
int dg_pond_left(void);

#endif
""",
    "harness/pond/pond.c": """#include "pond/pond.h"

static dg_fish list[DG_FISH_MAX];
static int count;

int dg_pond_put(const dg_fish *fish)
{
    if (count < DG_FISH_MAX)
        list[count++] = *fish;
    else
        return 0;
    return 1;
}

void dg_pond_drain(void)
{
    count = 0;
}

int dg_pond_count(void)
{
    return count;
}

int dg_pond_left(void)
{
    return DG_FISH_MAX - count;
}
""",
}
FAULTS = [
    ("layout", "harness/pond/pond.c", "    count = 0;", "  count = 0;"),
    ("columns", "harness/pond/pond.h", "/* What swims. */", "/* What swims, " + 100 * "~" + " */"),
    ("names", "harness/pond/pond.c", "void dg_pond_drain(void)", "void pond_drain(void)"),
    ("names", "harness/pond/pond.c", "void dg_pond_drain(void)", "void dg_lake_drain(void)"),
    ("names", "harness/pond/pond.c", "void dg_pond_drain(void)", "void dg_ponds_drain(void)"),
    ("names", "harness/lake/room.mk", "sees := pond\n", "sees := pond\nowns := fish\n"),
    ("types", "harness/pond/pond.h", "} dg_fish;", "} dg_fish;\ntypedef int (*dg_hook)(void);"),
    ("types", "harness/pond/pond.h", "#endif", "static inline int dg_water(void)\n{\n    return 1;\n}\n#endif"),
    ("constants", "harness/pond/pond.h", "#define DG_FISH_MAX", "#define FISH_MAX 8\n#define DG_FISH_MAX"),
    ("constants", "harness/pond/pond.h", "/* What swims. */", "enum { DG_WET, DG_DRY };\n/* What swims. */"),
    ("docs", "harness/pond/pond.h", " /* all of them go */", ""),
    ("docs", "harness/pond/pond.h", "Each is a count of fish: ", "Counts "),
    ("docs", "harness/pond/pond.h", "is full. */\n", "is full. */\n\n"),
    ("bodies", "harness/pond/pond.h", "int dg_pond_left(void);", "int dg_pond_left(void);\nint dg_pond_fill(void); /* never written */"),
    ("digits", "harness/pond/pond.c", "    count = 0;", "    int n[4] = { 0 };\n    count = n[3];"),
    ("caps", "harness/pond/pond.c", "    else\n        return 0;\n", ""),
]


def self_test():
    def planted(files):
        with tempfile.TemporaryDirectory() as root:
            shutil.copy(os.path.join(ROOT, ".clang-format"), root)
            for path, text in files.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w") as f:
                    f.write(text)
            for path in (p for p in files if p.endswith(".c")):
                o = os.path.join(root, "build/release", path[:-2] + ".o")
                os.makedirs(os.path.dirname(o), exist_ok=True)
                subprocess.run(["cc", "-w", "-c", "-I" + os.path.join(root, "harness"), os.path.join(root, path), "-o", o], check=True)
            return run_checks(Tree(root), {})

    bad = 0
    assert {fault[0] for fault in FAULTS} == set(CHECKS)
    lines, held = planted(GOOD)
    if not held:
        print("\n".join(lines))
        sys.exit("floor: the clean tree is said not to be clean")
    _, held = run_checks(Tree(ROOT), {**NOT_YET, "columns": NOT_YET.get("columns", "") + " base"})
    if held:
        bad += 1
        print("floor: a place that is clean may stay in NOT_YET")
    for check, path, old, new in FAULTS:
        if check == "layout" and not clang_format():
            continue
        assert old in GOOD[path], old
        lines, held = planted({**GOOD, path: GOOD[path].replace(old, new)})
        if held or not any(line.startswith(check + " ") for line in lines):
            bad += 1
            print("floor: not found: %s, %r for %r in %s" % (check, new, old, path))
    print("floor: %d planted faults, %d not found" % (len(FAULTS) + 1, bad))
    sys.exit(bad > 0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--measure", action="store_true", help="print what the tree is like")
    p.add_argument("--self-test", action="store_true", help="plant a fault for each check")
    p.add_argument("--tree", default=ROOT, help="the tree to look at (this one)")
    p.add_argument("--objects", help="where it is built (build/release of the tree)")
    a = p.parse_args()
    if a.self_test:
        self_test()
    tree = Tree(os.path.abspath(a.tree), a.objects)
    if a.measure:
        return measure(tree)
    lines, held = run_checks(tree, NOT_YET)
    print("\n".join(lines + ["floor: " + ("holds" if held else "does not hold")]))
    sys.exit(not held)


if __name__ == "__main__":
    main()
