#!/usr/bin/env python3
"""torture.py - whatever is refused, damaged or killed: the same answer, or exit 4 with one line.

    tests/torture/torture.py                 hours: all kinds
    tests/torture/torture.py --quick         a few tries of each kind, seconds
    tests/torture/torture.py --kind limit-   those whose name begins so
    tests/torture/torture.py --only refuse-memory/run/812      one try again

Each try has a name, KIND/TARGET/NUMBER, which says all that there is to it; which numbers are tried
follows from --seed. Prints a line for each kind and target, with how many came to the same answer,
how many to exit 4, and how many failed; the names of those that failed stand below. Exit 0 only if
none did. docs: tests/torture/README.md.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMEOUT = 240
ANSWER, REFUSED, BAD, UNSURE = "same", "exit 4", "FAILED", "exit 2"

# ---- the program, and what it is asked ----


class Target:
    """One command over a folder of its own."""

    def __init__(self, name, args, cold=False, out=(), after=None):
        self.name, self.args, self.cold, self.out = name, args, cold, out
        self.after = after  # what shows that nothing half done was left


RUN = "run --snapshot {snap} --to {blob} --at boundary-3 --out o.json --events e.ndjson -q --positions never"
TARGETS = {
    t.name: t
    for t in [
        Target("create", "snapshot create -q --replace --from mini.json made", after="snapshot verify -q made"),
        Target("preflight", "preflight --from snap --to mini-2.wasm --json"),
        Target("run", RUN.format(snap="snap", blob="mini-2.wasm"), out=("o.json", "e.ndjson")),
        Target("run-red", RUN.format(snap="snap", blob="red.wasm"), out=("o.json", "e.ndjson")),
        Target("run-hungry", RUN.format(snap="snap", blob="hungry.wasm"), out=("o.json", "e.ndjson")),
        Target("run-cold", RUN.format(snap="mini.json", blob="mini-2.wasm"), cold=True, out=("o.json", "e.ndjson")),
        Target("call", "call snap Core_version"),
        Target("call-cold", "call mini.json Core_version", cold=True),
        Target("warm", RUN.format(snap="mini.json", blob="mini-2.wasm"), out=("o.json", "e.ndjson")),
        Target("plan", "run plan.json --out o.json -q --positions never", out=("o.json",)),
        Target("show", "report show kept.json"),
        Target("markdown", "report markdown kept.json"),
        Target("explain", "report explain kept.json topology-present"),
        Target("evict", "cache clear", after="call mini.json Core_version"),
    ]
}


class Stage:
    """What all tries begin from: inputs, a snapshot, a warm cache, and what is right."""

    def __init__(self, doppel, runtimes):
        self.doppel = doppel
        self.dir = tempfile.mkdtemp(prefix="torture-")
        self.base = os.path.join(self.dir, "base")
        os.mkdir(self.base)
        for name, of in (("mini.json", "mini.json"), ("mini-2.wasm", "mini-2.wasm"),
                         ("red.wasm", "mini-2-init-traps.wasm"),
                         ("hungry.wasm", "mini-2-init-eats-memory.wasm")):
            shutil.copy(os.path.join(runtimes, of), os.path.join(self.base, name))
        self.right = {}
        self.lock = threading.Lock()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("DOPPEL", "XDG_", "LD_"))}
        self.env.update(HOME=self.dir, TMPDIR=self.dir, LC_ALL="C")
        self.shim = self.build_shim()
        self.made = subprocess.run([doppel, "snapshot", "create", "-q", "--from", "mini.json", "snap"], cwd=self.base,
                                   env=dict(self.env, DOPPEL_CACHE=os.path.join(self.base, "cache")), check=True)
        plan = {"doppel": 1, "snapshot": "snap", "upgrade": {"to": "mini-2.wasm", "at": "boundary-3"}}
        with open(os.path.join(self.base, "plan.json"), "w") as f:
            json.dump(plan, f)
        self.run(self.base, RUN.format(snap="snap", blob="red.wasm"))
        os.rename(os.path.join(self.base, "o.json"), os.path.join(self.base, "kept.json"))
        for t in TARGETS.values():
            if t.name != "evict":
                self.plain(self.base, t)
        for name in ("o.json", "e.ndjson"):
            self.drop(os.path.join(self.base, name))
        shutil.rmtree(os.path.join(self.base, "made"), ignore_errors=True)

    def build_shim(self):
        out = os.path.join(self.dir, "refuse.so")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", out, os.path.join(ROOT, "tests/torture/refuse.c")], check=True)
        return out

    @staticmethod
    def drop(path):
        if os.path.exists(path):
            os.remove(path)

    def fresh(self, cold=False):
        folder = tempfile.mkdtemp(prefix="try-", dir=self.dir)
        os.rmdir(folder)
        shutil.copytree(self.base, folder, ignore=shutil.ignore_patterns("cache") if cold else None, symlinks=True)
        return folder

    def run(self, folder, args, before=(), env=None, limits="", program=None):
        """The end of one process: exit code (below zero: signal), stdout, stderr."""
        command = list(before) + [program or self.doppel] + args.split()
        if limits:
            command = ["sh", "-c", limits + ' && exec "$@"', "sh"] + command
        env = {**self.env, "DOPPEL_CACHE": os.path.join(folder, "cache"), **(env or {})}
        try:
            p = subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired as e:
            return 124, e.stdout or b"", b"timed out"
        return p.returncode, p.stdout, p.stderr

    def answer(self, folder, target, ended):
        """All that the answer consists of: what was printed, and what was written."""
        parts = [ended[0], ended[1]]
        for name in target.out:
            path = os.path.join(folder, name)
            raw = open(path, "rb").read() if os.path.exists(path) else b""
            if name == "o.json" and raw:
                document = json.loads(raw)
                document.pop("environment", None)
                raw = json.dumps(document, sort_keys=True).encode()
            parts.append(raw)
        return parts

    def plain(self, folder, target):
        return self.answer(folder, target, self.run(folder, target.args))

    def is_right(self, target):
        with self.lock:
            if target.name not in self.right:
                folder = self.fresh(target.cold)
                self.right[target.name] = self.plain(folder, target)
                again = self.fresh(target.cold)
                if self.plain(again, target) != self.right[target.name]:
                    raise SystemExit(f"torture: {target.name} does not come to one answer by itself")
                shutil.rmtree(folder)
                shutil.rmtree(again)
            return self.right[target.name]

    def judge(self, folder, target, ended, may_die=False, may_be_mute=False):
        """What one try came to; a folder that was left behind has to be good for the same answer."""
        code, _, err = ended
        right = self.is_right(target)
        lines = err.decode(errors="replace").strip().splitlines()
        if code == 127 and b"error while loading shared libraries" in err:
            said = REFUSED  # before the program began
        elif may_die and code == -signal.SIGKILL:
            said = "killed"
        elif code == 4:
            said = REFUSED if may_be_mute or any(l.startswith("doppel: ") for l in lines) else BAD
        elif self.answer(folder, target, ended) == right:
            said = ANSWER
        else:
            said = BAD
        why = f"exit {code}: {lines[-1] if lines else ended[1][:200]!r}"
        if said != BAD:
            again = self.plain(folder, target)
            if again != right:
                return BAD, f"{said}, and then exit {again[0]} in the same folder: {again[1][:200]!r}"
            if target.after:
                after = self.run(folder, target.after)
                if after[0] != 0:
                    return BAD, f"{said}, and then {target.after}: exit {after[0]}: {after[2][-200:]!r}"
            left = [n for n in os.listdir(folder) if n.endswith(".aside") or ".tmp" in n]
            if left and not may_die:
                return BAD, f"{said}, and {left} was left"
        return said, why


# ---- kinds: each has the numbers that it can be tried with, and one try ----


class Memory:
    """Request number N of the heap is refused, of whatever library."""
    name, targets = "refuse-memory", ("create", "preflight", "run", "run-red", "call", "call-cold")
    variable = "REFUSE"

    def numbers(self, s, target):
        folder = s.fresh(target.cold)
        path = os.path.join(folder, "count")
        s.run(folder, target.args, env={"LD_PRELOAD": s.shim, "REFUSE_COUNT": path})
        count = int(open(path).read()) if os.path.exists(path) else 0
        shutil.rmtree(folder)
        return range(1, count + 1)

    def one(self, s, target, folder, n):
        return s.judge(folder, target, s.run(folder, target.args, env={"LD_PRELOAD": s.shim, self.variable: str(n)}))


class MemoryFrom(Memory):
    """From request number N on the heap refuses everything."""
    name, variable = "refuse-memory-from", "REFUSE_FROM"


class Calls:
    """System call number N of a kind is refused, or the process is killed there."""

    def __init__(self, name, calls, inject, targets, may_die=False):
        self.name, self.calls, self.inject, self.targets, self.may_die = name, calls, inject, targets, may_die

    def numbers(self, s, target):
        folder = s.fresh(target.cold)
        log = os.path.join(folder, "strace")
        s.run(folder, target.args, before=["strace", "-f", "-qq", "--seccomp-bpf", "-o", log, "-e",
                                           "trace=prlimit64," + self.calls])
        counts, loader, first = {}, None, None
        for line in open(log):
            m = re.match(r"(\d+) +(\w+)\(", line)
            first = first or m and m[1]
            if m and m[2] == "prlimit64" and loader is None and m[1] == first:
                if "RLIMIT_STACK, NULL" in line and counts.get(first, 0):
                    loader = counts[first]  # what came before is not the program's
            elif m:
                counts[m[1]] = counts.get(m[1], 0) + 1
        shutil.rmtree(folder)
        return range((loader or 0) + 1, max(counts.values(), default=0) + 1)

    def one(self, s, target, folder, n):
        before = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=" + self.calls,
                  "-e", f"inject={self.calls}:{self.inject}:when={n}"]
        mute = "write" in self.calls  # the line is written as well
        return s.judge(folder, target, s.run(folder, target.args, before=before), self.may_die, mute)


class Limit:
    """A limit of the shell, swept."""

    def __init__(self, name, flag, values, targets):
        self.name, self.flag, self.values, self.targets = name, flag, values, targets

    def numbers(self, s, target):
        return self.values

    def one(self, s, target, folder, n):
        return s.judge(folder, target, s.run(folder, target.args, limits=f"ulimit -{self.flag} {n}"))


class Flip:
    """Bit N of a file is another. `strict`: the file is checked against a hash when it is read, so the answer
    is the same or there is none; the others are inputs like any, which may mean something else then, and
    have to end in an exit code."""

    def __init__(self, name, path, targets, strict=True):
        self.name, self.path, self.targets, self.strict = name, path, targets, strict

    def file(self, folder):
        found = sorted(glob.glob(os.path.join(folder, self.path)))
        return found[0] if found else None

    def numbers(self, s, target):
        path = self.file(s.base)
        return range(os.path.getsize(path) * 8 if path else 0)

    def one(self, s, target, folder, n):
        path = self.file(folder)
        with open(path, "r+b") as f:
            f.seek(n // 8)
            byte = f.read(1)[0]
            f.seek(n // 8)
            f.write(bytes([byte ^ (1 << n % 8)]))
        ended = s.run(folder, target.args)
        code, _, err = ended
        why = f"exit {code}: {err.decode(errors='replace').strip()[-200:]}"
        said = err.decode(errors="replace").startswith("doppel: ")
        if s.answer(folder, target, ended) == s.is_right(target):
            return ANSWER, why
        if code in (2, 4) and said:
            return f"exit {code}", why
        if not self.strict and code in (0, 1, 3):
            return "another input", why
        return BAD, why


class Together:
    """N processes at one time over one target and one cold cache; `alone`: each is process 1 of its own."""

    def __init__(self, name, targets, alone=False):
        self.name, self.targets, self.alone = name, targets, alone

    def numbers(self, s, target):
        return [] if self.alone and subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode else [2, 3] * 5

    def one(self, s, target, folder, n):
        before = ["unshare", "--pid", "--fork"] if self.alone else []
        with concurrent.futures.ThreadPoolExecutor(n) as pool:
            all_ended = list(pool.map(lambda _: s.run(folder, target.args, before=before), range(n)))
        right = s.is_right(target)
        for code, out, err in all_ended:
            if [code, out] != right[:2] and not (code == 4 and err.startswith(b"doppel: ")):
                return BAD, f"exit {code}: {err[-200:]!r}"
        said, why = s.judge(folder, target, s.run(folder, target.args))
        return (said, why) if said == BAD else (f"{sum(e[0] != 4 for e in all_ended)} of {n} same", why)


PLACES = [
    ({"LC_ALL": "tr_TR.UTF-8"}, ()), ({"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, ()),
    ({"TZ": "Pacific/Kiritimati"}, ()), ({"TZ": "America/St_Johns"}, ()), ({"COLUMNS": "40"}, ()),
    ({}, ("taskset", "-c", "0")), ({"MALLOC_PERTURB_": "165"}, ()), ({"MALLOC_ARENA_MAX": "1"}, ()),
    ({"GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=4096"}, ()), ({"RUST_BACKTRACE": "full"}, ()),
    ({}, ("setarch", "-R")), ({}, ("nice", "-n", "19")), ({"HOME": "/nonexistent", "DOPPEL_CACHE": ""}, ()),
    ({"DOPPEL_CACHE": "/proc/nowhere"}, ()), ({}, ("unshare", "--time", "--boottime", "100000000")),
]


class Place:
    """Row N of PLACES: locale, zone, cores, heap, no cache. The answer has to be the same."""
    name, targets = "place", ("create", "preflight", "run", "run-red", "call-cold")

    def numbers(self, s, target):
        return range(len(PLACES))

    def one(self, s, target, folder, n):
        env, before = PLACES[n]
        if before and subprocess.run([*before, "true"], capture_output=True).returncode:
            return "not possible here", ""
        said, why = s.judge(folder, target, s.run(folder, target.args, before=before, env=env))
        return (BAD, why) if said == REFUSED else (said, why)


WRITES = "write,pwrite64,writev"
CHANGES = WRITES + ",rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,fsync,fdatasync,msync,fchmod,link,symlink"
ALL = ("create", "preflight", "run", "run-red", "call-cold")
KINDS = [
    Memory(),
    MemoryFrom(),
    Calls("refuse-map", "mmap,mprotect,mremap,madvise,brk", "error=ENOMEM", ALL + ("run-hungry",)),
    Calls("refuse-open", "open,openat,openat2", "error=EMFILE", ALL),
    Calls("refuse-write", WRITES, "error=ENOSPC", ALL),
    Calls("refuse-sync", "fsync,fdatasync,msync,rename,renameat,renameat2", "error=EIO", ALL),
    Calls("refuse-process", "clone,clone3,fork,vfork,pipe,pipe2", "error=EAGAIN", ("run", "run-red", "call-cold")),
    Calls("kill", CHANGES, "signal=KILL", ("create", "run", "call-cold", "run-cold", "evict"), may_die=True),
    Limit("limit-address-space", "v", [k * 1000 for k in list(range(20, 400, 7)) + list(range(400, 4000, 90))], ALL + ("run-hungry",)),
    Limit("limit-data", "d", [k * 1000 for k in list(range(1, 200, 4)) + list(range(200, 1500, 50))], ALL + ("run-hungry",)),
    Limit("limit-stack", "s", [64, 128, 256, 512, 900, 1024, 1100, 2048, 4096, 8192, 16384], ALL + ("run-hungry",)),
    Limit("limit-files", "n", range(3, 40), ALL),
    Flip("flip-snapshot", "snap/data.mdb", ("run", "run-red", "preflight", "call")),
    Flip("flip-manifest", "snap/manifest.json", ("run", "call")),
    Flip("flip-cached-state", "cache/snapshots/*/data.mdb", ("warm",)),
    Flip("flip-cached-code", "cache/modules/*.image", ("run", "call")),
    Flip("flip-blob", "mini-2.wasm", ("run", "preflight"), strict=False),
    Flip("flip-spec", "mini.json", ("create",), strict=False),
    Flip("flip-plan", "plan.json", ("plan",), strict=False),
    Flip("flip-outcome", "kept.json", ("show", "markdown", "explain"), strict=False),
    Together("together", ("call-cold", "run-cold", "create")),
    Together("together-containers", ("call-cold", "run-cold"), alone=True),
    Place(),
    Limit("limit-file-size", "f", [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192], ALL),
]

# ---- all of them ----


def quick_target(kind):
    """One target of each kind, the two that are asked most in turn."""
    wanted = ("create", "run")[KINDS.index(kind) % 2]
    return wanted if wanted in kind.targets else kind.targets[0]


def choose(numbers, tries, seed):
    """The first few, the last, and as many others as there is room for, by chance."""
    numbers = list(numbers)
    if not tries or len(numbers) <= tries:
        return numbers
    if tries == 1:
        return random.Random(seed).sample(numbers, 1)
    edge = min(3, tries // 2)
    rest = random.Random(seed).sample(numbers[edge:-1], tries - edge - 1)
    return sorted(set(numbers[:edge] + rest + numbers[-1:]))


def attempt(s, kind, target, n):
    folder = s.fresh(target.cold)
    try:
        return n, kind.one(s, target, folder, n)
    except Exception as e:  # a fault of this file is a failure, and not the end of the others
        return n, (BAD, f"{type(e).__name__}: {e}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--quick", action="store_true")
    p.add_argument("--kind", default="")
    p.add_argument("--target")
    p.add_argument("--only")
    p.add_argument("--tries", type=int, help="of a kind and target, at most; 0: all there are")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    p.add_argument("--doppel", default=os.path.join(ROOT, "build/release/doppel"))
    p.add_argument("--runtimes", default=os.path.join(ROOT, "build/runtimes"))
    a = p.parse_args()
    tries = a.tries if a.tries is not None else 1 if a.quick else 400
    s = Stage(os.path.abspath(a.doppel), os.path.abspath(a.runtimes))
    failed = total = 0
    try:
        if a.only:
            kind, target, n = a.only.split("/")
            kind = next(k for k in KINDS if k.name == kind)
            n, (said, why) = attempt(s, kind, TARGETS[target], int(n))
            print(f"{a.only}: {said}: {why}")
            return said == BAD
        print(f"seed {a.seed}, at most {tries or 'all'} tries of a kind and target")
        print(f"{'kind':<22}{'target':<12}{'of':>8}{'tried':>7}  came to")
        for kind in KINDS:
            for name in kind.targets:
                if not kind.name.startswith(a.kind) or (a.target and name != a.target):
                    continue
                if a.quick and name != quick_target(kind):
                    continue
                target = TARGETS[name]
                s.is_right(target)
                numbers = kind.numbers(s, target)
                if not numbers:
                    continue  # it asks for nothing of that kind
                chosen = choose(numbers, tries, f"{a.seed}/{kind.name}/{name}")
                tally, bad = {}, []
                with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
                    for n, (said, why) in pool.map(lambda n: attempt(s, kind, target, n), chosen):
                        tally[said] = tally.get(said, 0) + 1
                        if said == BAD:
                            bad.append((n, why))
                total += len(chosen)
                failed += len(bad)
                print(f"{kind.name:<22}{name:<12}{len(numbers):>8}{len(chosen):>7}  "
                      + ", ".join(f"{v} {k}" for k, v in sorted(tally.items())), flush=True)
                for n, why in bad[:10]:
                    print(f"  {kind.name}/{name}/{n}: {why}")
                if len(bad) > 10:
                    print("  and " + " ".join(str(n) for n, _ in bad[10:]))
        print(f"torture: {total} tried, {failed} failed")
        return failed > 0 or not total
    finally:
        shutil.rmtree(s.dir, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
