#!/usr/bin/env python3
"""same.py - did the behaviour of the program move?

    tests/same.py keep DIR       runs every row and keeps what came of it in DIR
    tests/same.py compare DIR    runs them again and compares, byte for byte
    tests/same.py list           the rows, and which of them cannot run here
    tests/same.py --self-test    whether a difference would be seen

A row is one call of the program. Kept of it are the outcome (without `environment`,
which says where and how long it ran), the event log, the exit code and the line of
error; of a preflight what it printed. `compare` prints a line for each row and last
"N same, M differ"; it exits 0 only when something was compared and all of it is the
same. A row that DIR lacks differs.

Before behaviour is meant to stay, keep DIR with the program as it was; after each commit
compare (`make same SAME_DIR=DIR`). Where an event or a field gets another name on purpose,
TRANSLATIONS below takes the new log back to the old one: one row for each, with an
example, in the commit that renames it.

Rows are in same_rows.py: read from fixtures/incidents, fixtures/plans and
runtimes/variants.json, while pairs of the corpus are listed, and --self-test looks whether
the tests have one that is not. Each runs from a folder of links, so that no path in an
outcome says which checkout it was. States are imported through DOPPEL_CACHE: to see what an
import does, give an empty one.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import copy
import fcntl
import fnmatch
import glob
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # no __pycache__ among the tests
import same_rows as rows_of
from same_rows import DERIVED, FIXTURES, ROOT, slug

# ---- what was renamed on purpose: from the new side back to the old ----

Step = collections.namedtuple("Step", "does, kind, old, new")


def drop_kind(kind):
    """Events of this kind are new. Those after them count on without them."""
    return Step("drop kind", kind, None, None)


def drop_field(kind, field):
    """A field that events of this kind did not have; kind may be "*"."""
    return Step("drop field", kind, None, field)


def drop_detail(kind, key):
    """As drop_field, of what stands in `detail`."""
    return Step("drop detail", kind, None, key)


def from_detail(kind, field):
    """A number that stood in `detail` before."""
    return Step("from detail", kind, field, field)


def rename_field(kind, old, new):
    return Step("rename field", kind, old, new)


def rename_kind(old, new):
    """Also where an outcome names it, in the steps of a chain."""
    return Step("rename kind", None, old, new)


def drop_outcome(path):
    """What outcomes did not have: "a.b", "claims[].c"; "*" is any key."""
    return Step("drop outcome", None, None, path)


# (step, an example on the new side, what it was on the old side): lines of a log, or for
# drop_outcome an outcome. The steps are done in this order. For example:
#
#   (drop_field("net-slot", "primary"),
#    ['{"kind":"net-slot","primary":1,"seq":0}'], ['{"kind":"net-slot","seq":0}']),
#   (drop_kind("net-built"),
#    ['{"kind":"net-built","seq":0}', '{"kind":"slot","seq":1}'], ['{"kind":"slot","seq":0}']),
#
# A log can be judged again since it tells the plan's claims, what nodes have time for, U's slot
# and whether it brings code, and whether the arms diverged.
TRANSLATIONS = [
    (
        drop_detail("run-start", "claims"),
        ['{"detail":{"claims":{},"end_slot":9},"kind":"run-start","seq":0}'],
        ['{"detail":{"end_slot":9},"kind":"run-start","seq":0}'],
    ),
    (
        from_detail("run-start", "upgrade_slot"),
        ['{"detail":{"end_slot":9},"kind":"run-start","seq":0,"upgrade_slot":7}'],
        ['{"detail":{"end_slot":9,"upgrade_slot":7},"kind":"run-start","seq":0}'],
    ),
    (
        drop_field("run-start", "code"),
        ['{"code":1,"kind":"run-start","seq":0}'],
        ['{"kind":"run-start","seq":0}'],
    ),
    (
        drop_kind("node-limits"),
        ['{"kind":"node-limits","seq":0}', '{"kind":"slot","seq":1}'],
        ['{"kind":"slot","seq":0}'],
    ),
    (
        drop_field("run-end", "diverged"),
        ['{"diverged":0,"kind":"run-end","seq":0}'],
        ['{"kind":"run-end","seq":0}'],
    ),
    (
        drop_detail("net-start", "early"),
        ['{"detail":{"early":{},"table":"5"},"kind":"net-start","seq":0}'],
        ['{"detail":{"table":"5"},"kind":"net-start","seq":0}'],
    ),
    (
        drop_detail("net-start", "host"),
        ['{"detail":{"host":{},"table":"5"},"kind":"net-start","seq":0}'],
        ['{"detail":{"table":"5"},"kind":"net-start","seq":0}'],
    ),
    (
        drop_kind("seed"),
        ['{"kind":"seed","seq":0}', '{"kind":"slot","seq":1}'],
        ['{"kind":"slot","seq":0}'],
    ),
    # What nodes told and the log did not have.
    (
        drop_field("net-slot", "primary"),
        ['{"kind":"net-slot","primary":1,"seq":0}'],
        ['{"kind":"net-slot","seq":0}'],
    ),
    # What N lacks, and how its answers stand against control's.
    (
        drop_field("api", "missing"),
        ['{"kind":"api","missing":0,"ok":1,"seq":0}'],
        ['{"kind":"api","ok":1,"seq":0}'],
    ),
    (
        drop_field("api", "against"),
        ['{"against":1,"kind":"api","ok":1,"seq":0}'],
        ['{"kind":"api","ok":1,"seq":0}'],
    ),
    # What nodes keep for a session.
    (
        drop_kind("session-value"),
        ['{"kind":"session-value","lasts":1,"seq":0}', '{"kind":"slot","seq":1}'],
        ['{"kind":"slot","seq":0}'],
    ),
] + [
    (
        drop_kind(kind),
        ['{"kind":"%s","seq":0}' % kind, '{"kind":"slot","seq":1}'],
        ['{"kind":"slot","seq":0}'],
    )
    for kind in (
        "memory",
        "net-mode-kept",
        "net-built",
        "net-failed",
        "net-absent",
        "net-backed",
        "net-messages",
        "net-data",
    )
]

# ---- JSON as the program writes it ----

Number = collections.namedtuple("Number", "text")  # 1.0 and 1 differ, as bytes do


def parse(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def dump(value):
    """A line of the log: keys sorted, no spaces."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{%s}" % ",".join(dump(k) + ":" + dump(value[k]) for k in sorted(value))
    if isinstance(value, list):
        return "[%s]" % ",".join(map(dump, value))
    return json.dumps(value, ensure_ascii=False)


def without_environment(text):
    """The outcome's own bytes, but for its object `environment`."""
    return re.sub(r'(?ms)^  "environment": \{\n.*?^  \},?\n', "", text)


# ---- translating ----


def event_back(event, steps):
    """The event as it was before, None where it was not there. Changes `event`."""
    for step in steps:
        if step.does == "rename kind" and event["kind"] == step.new:
            event["kind"] = step.old
        if step.kind not in ("*", event["kind"]):
            continue
        if step.does == "drop kind":
            return None
        if step.does == "drop field":
            event.pop(step.new, None)
        if step.does == "drop detail":
            event.get("detail", {}).pop(step.new, None)
        if step.does == "from detail":
            event["detail"][step.old] = event.pop(step.new)
        if step.does == "rename field" and step.new in event:
            event[step.old] = event.pop(step.new)
    return event


def log_back(text, steps, places=None):
    """A log as it was before: events that were not there leave no gap in `seq`. `places`
    becomes what each `seq` that moved was before."""
    if not steps:
        return text
    out, dropped = [], 0
    *lines, rest = text.split("\n")
    for line in lines:
        event = parse(line)
        if dump(event) != line:
            raise ValueError("has a line that this script would write otherwise: " + line)
        event = event_back(event, steps)
        if event is None:
            dropped += 1
            continue
        if dropped:
            now = event["seq"]
            event["seq"] = Number(str(int(now.text) - dropped))
            if places is not None:
                places[now] = event["seq"]
        out.append(dump(event) + "\n")
    return "".join(out) + rest


def drop_path(value, keys):
    key, rest = keys[0], keys[1:]
    each = key.endswith("[]")
    key = key[:-2] if each else key
    for k in [k for k in value if key in ("*", k)] if isinstance(value, dict) else ():
        if not rest and not each:
            del value[k]
        elif each and isinstance(value[k], list):
            for item in value[k]:
                drop_path(item, rest)
        elif not each:
            drop_path(value[k], rest)


def outcome_back(value, steps, places=None):
    for claim in value.get("claims", ()) if steps else ():
        for event in claim.get("evidence", ()):
            if "kind" in event:
                event_back(event, steps)
                event["seq"] = (places or {}).get(event["seq"], event["seq"])
    for step in steps:
        if step.does == "drop outcome":
            drop_path(value, step.new.split("."))
        if step.does == "rename kind":
            for chain in value.get("chains", ()):
                for link in chain["steps"]:
                    link["kind"] = step.old if link["kind"] == step.new else link["kind"]
    return value


# ---- comparing ----


def first_path(old, new, at=""):
    """The first place where two values differ, and both sides there; None where none is."""
    if isinstance(old, dict) and isinstance(new, dict):
        for k in sorted(set(old) | set(new)):
            if k not in old or k not in new:
                return "%s.%s is only in the %s" % (at, k, "old" if k in old else "new")
            found = first_path(old[k], new[k], at + "." + k)
            if found:
                return found
    elif isinstance(old, list) and isinstance(new, list):
        for i, (a, b) in enumerate(zip(old, new)):
            found = first_path(a, b, "%s[%d]" % (at, i))
            if found:
                return found
        if len(old) != len(new):
            return "%s has %d items instead of %d" % (at, len(new), len(old))
    elif old != new or type(old) is not type(new):
        return "%s: %s instead of %s" % (at, dump(new)[:200], dump(old)[:200])
    return None


def first_line(old, new):
    a, b = old.split("\n"), new.split("\n")
    for i in range(max(len(a), len(b))):
        was = a[i] if i < len(a) else "(ends)"
        now = b[i] if i < len(b) else "(ends)"
        if was != now:
            start = max(
                0,
                next(
                    (k for k in range(min(len(was), len(now))) if was[k] != now[k]),
                    min(len(was), len(now)),
                )
                - 60,
            )
            return "line %d: ..%s.. instead of ..%s.." % (
                i + 1,
                now[start : start + 160],
                was[start : start + 160],
            )
    return None


def difference(part, old, new, steps, log=""):
    """What differs in one kept part, in a line; None where nothing does. `log`: the new one."""
    if part == "events.ndjson":
        new = log_back(new, steps)
    if old == new:
        return None
    if part != "outcome.json":
        return "%s %s" % (part, first_line(old, new))
    places = {}
    log_back(log, steps, places)
    found = first_path(parse(old), outcome_back(parse(new), steps, places))
    if not found and not steps:
        found = first_line(old, new)
    return found and "%s %s" % (part, found)


def differences(old, new, steps):
    """Of one row. The exit code and what was said first: they explain the rest."""
    out = []
    for part in sorted(set(old) | set(new), key=lambda p: (p != "exit", p)):
        if part not in old or part not in new:
            out.append("%s is only in the %s" % (part, "old" if part in old else "new"))
        else:
            try:
                log = new.get("events.ndjson", "")
                out += filter(None, [difference(part, old[part], new[part], steps, log)])
            except ValueError as e:
                out.append("%s cannot be translated: %s" % (part, str(e)[:200]))
    return out


# ---- running ----


def text_of(raw):
    return raw.decode(errors="backslashreplace")


class Stage:
    """A folder that looks the same from wherever it was made: links to what the rows
    read, the plans, and what came out."""

    def __init__(self, args, rows):
        self.program = os.path.abspath(args.program)
        self.at = tempfile.mkdtemp(prefix="doppel-same-")
        corpus = os.environ.get("DOPPEL_CORPUS", os.path.join(ROOT, "..", "shared", "fixtures"))
        os.makedirs(self.path("build"))
        os.makedirs(self.path("derived"))
        os.makedirs(self.path("fixtures"))
        for path in filter(os.path.isfile, glob.glob(os.path.join(FIXTURES, "*"))):
            os.symlink(path, self.path("fixtures", os.path.basename(path)))
        os.symlink(os.path.abspath(args.runtimes), self.path("build", "runtimes"))
        os.symlink(os.path.abspath(corpus), self.path("corpus"))
        for name in sorted({n for r in rows for n in r.needs} & set(DERIVED)):
            self.derive(name)

    def path(self, *parts):
        return os.path.join(self.at, *parts)

    def derive(self, name):
        of, change = DERIVED[name]
        if not os.path.exists(self.path(of)):
            return
        with open(self.path(of), "rb") as f:
            spec = json.loads(rows_of.unpacked(f.read()))
        change(spec["genesis"]["raw"]["top"])
        with open(self.path(name), "w", encoding="utf-8") as f:
            json.dump(spec, f)

    def absent(self, row):
        return [name for name in row.needs if not os.path.exists(self.path(name))]

    def warm(self, rows):
        """Imports each state once: two imports into one place of a cache do not know of each
        other."""
        lock = os.path.join(tempfile.gettempdir(), "doppel-same-%d.lock" % os.getuid())
        with open(lock, "w", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for name in sorted({n for r in rows for n in r.needs if ".json" in n}):
                self.call(["inspect", "-q", "--json", name])

    def call(self, words):
        call = [self.program] + words
        return subprocess.run(call, cwd=self.at, stdin=subprocess.DEVNULL, capture_output=True)

    def run(self, row):
        """Everything that is kept of a row, by name."""
        folder, words = os.path.join("out", slug(row.name)), row.call + ["-q"]
        os.makedirs(self.path(folder))
        if row.plan:
            where = row.where or os.path.join(folder, "plan.json")
            os.makedirs(os.path.dirname(self.path(where)), exist_ok=True)
            with open(self.path(where), "w", encoding="utf-8") as f:
                json.dump(row.plan, f)
            words += [where, "-o", os.path.join(folder, "outcome.json")]
            words += ["--events", os.path.join(folder, "events.ndjson")]
        done = self.call(words)
        errors = [line for line in text_of(done.stderr).split("\n") if line.startswith("doppel: ")]
        got = {"exit": "\n".join([str(done.returncode)] + errors) + "\n"}
        if not row.plan:
            got["stdout"] = text_of(done.stdout)
        for part in "outcome.json", "events.ndjson":
            if os.path.exists(self.path(folder, part)):
                with open(self.path(folder, part), "rb") as f:
                    got[part] = text_of(f.read())
        if "outcome.json" in got:
            got["outcome.json"] = without_environment(got["outcome.json"])
        shutil.rmtree(self.path(folder))
        return got


# ---- what is kept ----


def kept_folder(base, name):
    return os.path.join(base, "rows", slug(name))


def keep_row(base, name, got):
    folder = kept_folder(base, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for part in sorted(got, key=lambda p: p == "exit"):  # last: a row without it is not there
        with open(os.path.join(folder, part + ".gz"), "wb") as f:
            f.write(gzip.compress(got[part].encode(), mtime=0))


def kept_row(base, name):
    folder = kept_folder(base, name)
    if not os.path.exists(os.path.join(folder, "exit.gz")):
        return None
    return {
        part[:-3]: gzip.open(os.path.join(folder, part)).read().decode()
        for part in sorted(os.listdir(folder))
    }


def kept_names(base):
    at = os.path.join(base, "rows")
    return {
        os.path.relpath(os.path.dirname(p), at)
        for p in glob.glob(os.path.join(at, "**", "exit.gz"), recursive=True)
    }


def kept_set(base):
    try:
        with open(os.path.join(base, "set"), encoding="utf-8") as f:
            return f.read().strip()
    except FileNotFoundError:
        return None


# ---- the commands ----


def say(*words):
    print(*words, flush=True)


def chosen(args, which):
    return [
        r
        for r in rows_of.all_rows()
        if (which == "full" or r.quick) and fnmatch.fnmatch(r.name, args.rows)
    ]


def each_result(args, rows):
    """(row, what came of it) in the order of the rows. Those that cannot run here are named."""
    stage = Stage(args, rows)
    try:
        able = [r for r in rows if not stage.absent(r)]
        for row in rows:
            if row not in able:
                say("not run  %s: %s is not here" % (row.name, ", ".join(stage.absent(row))))
        stage.warm(able)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            yield from zip(able, pool.map(stage.run, able))
    finally:
        shutil.rmtree(stage.at)


def keep(args):
    which = args.set or "full"
    rows, count = chosen(args, which), 0
    os.makedirs(args.dir, exist_ok=True)
    if args.rows == "*":
        shutil.rmtree(os.path.join(args.dir, "rows"), ignore_errors=True)
    with open(os.path.join(args.dir, "set"), "w", encoding="utf-8") as f:
        f.write(which + "\n")
    for row, got in each_result(args, rows):
        keep_row(args.dir, row.name, got)
        count += 1
        say("kept     %s: exit %s" % (row.name, got["exit"].strip().replace("\n", ", ")))
    say("%d kept, %d not run" % (count, len(rows) - count))
    return 0 if count else 1


def compare(args, translations):
    which = args.set or kept_set(args.dir) or "full"
    rows, steps = chosen(args, which), [t[0] for t in translations]
    ran = same = differ = 0
    for row, got in each_result(args, rows):
        ran += 1
        old = kept_row(args.dir, row.name)
        found = differences(old, got, steps) if old else ["only in the new"]
        same, differ = same + (not found), differ + bool(found)
        say("%s  %s" % ("differs" if found else "same   ", ": ".join([row.name] + found)))
    if which == kept_set(args.dir) and args.rows == "*":
        for name in sorted(kept_names(args.dir) - {slug(r.name) for r in rows}):
            differ += 1
            say("differs  %s: only in the old" % name)
    if len(rows) > ran:
        say("%d rows not run" % (len(rows) - ran))
    say("%d same, %d differ" % (same, differ))
    return 0 if same and not differ else 1


def list_rows(args):
    rows = chosen(args, args.set or "full")
    stage = Stage(args, [])
    for row in rows:
        gone = [n for n in stage.absent(row) if n not in DERIVED]
        say("%-7s%s" % ("quick" if row.quick else "", row.name))
        for name in gone:
            say("         %s is not here" % name)
    shutil.rmtree(stage.at)
    return 0


# ---- would a difference be seen? ----

OLD_LOG = (
    '{"kind":"net-slot","seq":0,"slot":7}\n{"fault_kind":2,"kind":"net-fault","seq":1}\n'
    '{"kind":"net-paras","seq":2,"x":0.10000000000000001}\n'
)
NEW_LOG = (
    '{"kind":"net-slot","primary":1,"seq":0,"slot":7}\n{"kind":"net-built","seq":1}\n'
    '{"kind":"net-fault","seq":2,"what":2}\n{"kind":"net-built","seq":3}\n'
    '{"kind":"net-candidates","seq":4,"x":0.10000000000000001}\n'
)
RIGHT = [
    drop_kind("net-built"),
    drop_field("net-slot", "primary"),
    rename_field("net-fault", "fault_kind", "what"),
    rename_kind("net-paras", "net-candidates"),
]
# In the place of the one with that number.
WRONG = [
    (0, drop_kind("net-slot")),
    (0, drop_kind("net-build")),
    (1, drop_field("net-paras", "primary")),
    (1, drop_field("net-slot", "slot")),
    (2, rename_field("net-fault", "kind_of_fault", "what")),
    (2, rename_field("net-fault", "fault_kind", "who")),
    (3, rename_kind("net-para", "net-candidates")),
]
OLD_OUTCOME = '{"chains":[{"steps":[{"kind":"net-paras"}]}],"claims":[{"name":"a"}],"exit":0}'
NEW_OUTCOME = (
    '{"chains":[{"steps":[{"kind":"net-candidates"}]}],"claims":[{"hint":1,"name":"a"}],"exit":0,'
    '"network":{"seen":1}}'
)
OUTCOME_STEPS = [
    rename_kind("net-paras", "net-candidates"),
    drop_outcome("claims[].hint"),
    drop_outcome("network"),
]


def check_steps():
    def log(steps):
        return difference("events.ndjson", OLD_LOG, NEW_LOG, steps)

    def outcome(steps):
        return difference("outcome.json", OLD_OUTCOME, NEW_OUTCOME, steps)

    assert log(RIGHT) is None, log(RIGHT)
    assert outcome(OUTCOME_STEPS) is None, outcome(OUTCOME_STEPS)
    for i in range(len(RIGHT)):
        assert log(RIGHT[:i] + RIGHT[i + 1 :]), "%s is idle" % (RIGHT[i],)
    for i in range(len(OUTCOME_STEPS)):
        assert outcome(OUTCOME_STEPS[:i] + OUTCOME_STEPS[i + 1 :]), "%s is idle" % (
            OUTCOME_STEPS[i],
        )
    for i, step in WRONG:
        assert log(RIGHT[:i] + [step] + RIGHT[i + 1 :]), "%s is not seen to be wrong" % (step,)


def check_table(table):
    """Each row of the table does what its example says, and something at all."""
    for step, new, old in table:
        if step.does == "drop outcome":
            assert new != old and outcome_back(copy.deepcopy(new), [step]) == old, step
        else:
            new, old = ("".join(line + "\n" for line in side) for side in (new, old))
            assert new != old and log_back(new, [step]) == old, step


def check_of_table():
    """A row without a right example, or one that does nothing, does not pass."""
    step, new = drop_field("a", "x"), ['{"kind":"a","x":1}']
    check_table(
        [
            (step, new, ['{"kind":"a"}']),
            (drop_outcome("b[].*.c"), {"b": [{"z": {"c": 1}}]}, {"b": [{"z": {}}]}),
        ]
    )
    for bad in (
        (step, new, new),
        (step, new, ['{"kind":"b"}']),
        (step, ['{"kind":"a"}'], ['{"kind":"a"}']),
    ):
        try:
            check_table([bad])
        except AssertionError:
            continue
        raise AssertionError("%s passes" % (bad,))


def check_compare():
    outcome = '{\n  "a": 1,\n  "environment": {\n    "wall_ms": %d\n  },\n  "z": %s\n}\n'
    one, again, two = (
        without_environment(outcome % of) for of in ((1, "1.0"), (2, "1.0"), (1, "1"))
    )
    assert one == again and '"z"' in one
    assert "z: 1 instead of 1.0" in difference("outcome.json", one, two, [])
    assert difference("outcome.json", one, one + " ", [])  # the same value, other bytes
    assert "line 3" in difference("events.ndjson", OLD_LOG, OLD_LOG.replace("0.1", "0.2"), [])
    assert "line 4" in difference("events.ndjson", OLD_LOG, OLD_LOG + "{}\n", [])
    assert difference("stdout", "a\n", "a", [])
    assert differences({"exit": "0\n"}, {"exit": "1\n"}, [])
    assert "only in the old" in differences({"exit": "0\n", "stdout": ""}, {"exit": "0\n"}, [])[0]
    assert "cannot be" in differences({"events.ndjson": ""}, {"events.ndjson": "{ }\n"}, RIGHT)[0]
    patched = rows_of.merge({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2]})
    assert patched == {"a": {"c": 2}, "d": [2]}


FAKE = """#!/bin/sh
# a program that finds $FIND, and logs one event
[ "$1" = run ] || exit 0 # run -q PLAN -o OUTCOME --events LOG
echo '{"kind":"'$KIND'","seq":0}' > "$7"
printf '{\\n  "environment": {\\n    "wall_ms": %s\\n  },\\n  "found": %s\\n}\\n' $$ $FIND > "$5"
echo 'doppel: said' >&2
exit $FIND
"""


def check_commands():
    """keep and compare over a program of six lines."""
    folder = tempfile.mkdtemp(prefix="doppel-same-")
    program, rows = os.path.join(folder, "fake"), "fault/crash*"
    with open(program, "w", encoding="utf-8") as f:
        f.write(FAKE)
    os.chmod(program, 0o755)
    said = io.StringIO()

    def call(command, find="1", kind="slot", rows=rows, table=()):
        os.environ.update(FIND=find, KIND=kind)
        args = arguments(
            [command, os.path.join(folder, "kept"), "--program", program, "--rows", rows]
        )
        said.truncate(said.seek(0))
        with contextlib.redirect_stdout(said):
            return keep(args) if command == "keep" else compare(args, table)

    try:
        renamed = [(rename_kind("slot", "slots"), [], [])]
        assert call("compare") == 1, "nothing was kept"
        assert call("keep") == 0 and call("compare") == 0
        assert "same     fault/crash, computed\n" in said.getvalue()
        assert said.getvalue().endswith("2 same, 0 differ\n")
        assert call("compare", find="2") == 1, "another outcome"
        assert "differs  fault/crash, computed: exit line 1" in said.getvalue()
        assert ".found: 2 instead of 1" in said.getvalue()
        assert call("compare", kind="slots") == 1, "another log"
        assert call("compare", kind="slots", table=renamed) == 0, "a log that is taken back"
        assert call("compare", rows="fault/pause*") == 1, "rows that were not kept"
        assert call("compare", rows="none such") == 1, "no row at all"
        row = kept_folder(os.path.join(folder, "kept"), "fault/crash, messages")
        os.rename(os.path.join(row, "events.ndjson.gz"), os.path.join(row, "else.gz"))
        assert call("compare") == 1, "a part that is not there"
    finally:
        shutil.rmtree(folder)


def check_pairs():
    """The tests have no pair of the corpus that is not among the rows."""
    known = {(rows_of.of_corpus(spec), rows_of.of_corpus(to)) for spec, to, _ in rows_of.PAIRS}
    name = r'"((?:specs|runtimes)/[^"]+)"'
    found = set()
    for path in glob.glob(os.path.join(ROOT, "tests", "**", "test_pairs.c"), recursive=True):
        with open(path, encoding="utf-8") as f:
            pairs = re.findall(name + r",\s*" + name, f.read())
        found |= {("corpus/" + spec, "corpus/" + to) for spec, to in pairs}
    assert found, "no test has a pair: where are they now?"
    assert found <= known, "not among PAIRS: %s" % sorted(found - known)


def self_test():
    for check in (
        check_steps,
        check_of_table,
        check_compare,
        check_commands,
        check_pairs,
        lambda: check_table(TRANSLATIONS),
    ):
        check()
    assert len(chosen(arguments(["list"]), "quick")) >= 8
    print("a difference would be seen")
    return 0


def arguments(words):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--self-test", action="store_true", help="whether a difference would be seen"
    )
    parser.add_argument("command", nargs="?", choices=["keep", "compare", "list"])
    parser.add_argument("dir", nargs="?", help="what is or was kept")
    parser.add_argument(
        "--program", default=os.path.join(ROOT, "build", "release", "doppel"), metavar="BIN"
    )
    parser.add_argument(
        "--runtimes",
        default=os.path.join(ROOT, "build", "runtimes"),
        metavar="DIR",
        help="the small runtimes (make runtimes)",
    )
    parser.add_argument("--set", choices=["quick", "full"], help="default: full, or that of DIR")
    parser.add_argument("--rows", default="*", metavar="GLOB", help="only rows of such a name")
    parser.add_argument(
        "-j", dest="jobs", type=int, default=os.cpu_count(), metavar="N", help="at a time"
    )
    args = parser.parse_args(words)
    if not args.self_test and (not args.command or (args.command != "list" and not args.dir)):
        parser.error("keep DIR, compare DIR, list or --self-test")
    return args


def main():
    args = arguments(sys.argv[1:])
    if args.self_test:
        return self_test()
    if args.command != "list" and not os.access(args.program, os.X_OK):
        sys.exit("same.py: %s is not there to run" % args.program)
    if args.command == "compare":
        check_table(TRANSLATIONS)
        return compare(args, TRANSLATIONS)
    return keep(args) if args.command == "keep" else list_rows(args)


if __name__ == "__main__":
    sys.exit(main())
