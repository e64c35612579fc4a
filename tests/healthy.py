#!/usr/bin/env python3
"""healthy.py - releases that were sound when they were enacted, rehearsed over seeds and offsets.

A gate on exit 0 is worth something only if it opens for what is sound. Each pair below is a step
between two real runtimes that goes through without harm, with the nodes of its time, grown to a
size at which a run takes a second. A run whose exit is not 0 is a false alarm to look into, or a
chance that the program has to deal with by itself.

  healthy.py [-n COUNT] [--pair NAME]      the next COUNT runs (60) of the list, one at a time
  healthy.py --sum                         what the runs up to now came to

The list goes seed by seed over all pairs and offsets, in two sizes by turns, so any beginning of
it is even. Each run is a line of FILE (--keep, build/healthy.ndjson) with the hash of the program:
called once more it goes on after them. Exit 1 where more than one run in a hundred is not 0. The
program comes from --program (build/release/doppel), the states from DOPPEL_CORPUS.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CORPUS = os.environ.get("DOPPEL_CORPUS", os.path.join(ROOT, "..", "shared", "fixtures"))

# nodes: None for those that the program takes by itself.
Pair = collections.namedtuple("Pair", "name, snapshot, to, nodes, offsets")

# Not here, since they lose something that is real: Paseo 1002005 -> 1003000 and 1003000 ->
# 1009001 (the claim queue, with the releases that they skip), Westend 1005000 -> 1015000 (the
# configuration), and what has sessions of an hour. Over Paseo 1001002 -> 1002000 no release of
# the node backs in mid-session (v1.12 keeps its provisioner's mode): it is sound where a session
# begins.
PAIRS = [
    Pair(
        "rococo-1014000-1015000",
        "specs/rococo-dev-1014000-e10.json.zst",
        "specs/rococo-local-1015000-8val-8paras-e10.json.zst",
        None,
        ["boundary-5", "boundary-2", "boundary+0"],
    ),
    Pair(
        "polkadot-2000005-2001001",
        "specs/fidelity-pl-3v3p.json.zst",
        "specs/polkadot-local-2001001-e20.plain.json.zst",
        None,
        ["boundary-10", "boundary-3", "boundary+0"],
    ),
    Pair(
        "paseo-1001002-1002000",
        "specs/paseo-1001002-e20-10val-3paras.json.zst",
        "specs/paseo-local-1002000-e20.json.zst",
        "v1.12",
        ["boundary+0"],
    ),
]
SIZES = ["60x10", "40x8"]  # of even seeds, and of odd ones
LEAST = 0.99


def code_of(path, folder):
    """What the program takes as N: a plain spec holds it as text, and is no state."""
    if ".plain." not in path:
        return path
    plain = subprocess.run(["zstd", "-dc", path], check=True, stdout=subprocess.PIPE).stdout
    spec = json.loads(plain)
    out = os.path.join(folder, os.path.basename(path) + ".wasm")
    with open(out, "wb") as f:
        f.write(bytes.fromhex(spec["genesis"]["runtimeGenesis"]["code"][2:]))
    return out


def all_runs():
    """Without an end: (pair, offset, seed)."""
    seed = 1
    while True:
        for offset in range(3):
            for pair in PAIRS:
                if offset < len(pair.offsets):
                    yield pair, pair.offsets[offset], seed
        seed += 1


def run(program, pair, at, seed, folder, codes):
    out = os.path.join(folder, "outcome.json")
    if pair.name not in codes:
        codes[pair.name] = code_of(os.path.join(CORPUS, pair.to), folder)
    call = [program, "run", "-q", "--snapshot", os.path.join(CORPUS, pair.snapshot)]
    call += ["--to", codes[pair.name], "--at", at, "--network", SIZES[seed % 2]]
    call += ["--seed", str(seed), "-o", out] + (["--nodes", pair.nodes] if pair.nodes else [])
    began = time.monotonic()
    done = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = {"pair": pair.name, "at": at, "seed": seed, "exit": done.returncode}
    line["s"] = round(time.monotonic() - began, 2)
    if done.returncode in (0, 1, 3):
        with open(out, encoding="utf-8") as f:
            outcome = json.load(f)
        line["why"] = outcome["reason"]
        line["seeds"] = len(outcome.get("seeds", [1]))
        line["claims"] = {
            c["name"]: "%(status)s: %(text)s" % c
            for c in outcome["claims"]
            if c["status"] in ("broke", "unexercised") or "seeds" in c
        }
    else:
        line["why"] = done.stderr.strip()[-200:]
    return line


def program_is(program):
    """Lines of one build are counted together."""
    told = subprocess.run(["sha256sum", program], check=True, stdout=subprocess.PIPE, text=True)
    return told.stdout[:12]


def kept(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def print_sum(lines):
    exits = collections.Counter(line["exit"] for line in lines)
    good = exits[0] / len(lines) if lines else 0
    print("%d runs: %s" % (len(lines), ", ".join("exit %d: %d" % e for e in sorted(exits.items()))))
    more = [x for x in lines if x.get("seeds", 1) > 1]
    seeds = sum(x["seeds"] for x in more)
    print("in %d of them other seeds were asked, %d in all" % (len(more), seeds))
    for pair in PAIRS:
        for at in pair.offsets:
            of = [x for x in lines if x["pair"] == pair.name and x["at"] == at]
            each = collections.Counter(x["exit"] for x in of)
            print("  %-26s %-12s %s" % (pair.name, at, dict(sorted(each.items()))))
    whys = collections.Counter(x["why"] for x in lines if x["exit"])
    for why, count in whys.most_common(20):
        print("  %4d  %s" % (count, why))
    print("%.2f %% with exit 0" % (100 * good))
    return 0 if good >= LEAST else 1


def main():
    args = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    args.add_argument("-n", type=int, default=60)
    args.add_argument("--pair", action="append")
    args.add_argument("--keep", default=os.path.join(ROOT, "build", "healthy.ndjson"))
    args.add_argument("--program", default=os.path.join(ROOT, "build", "release", "doppel"))
    args.add_argument("--sum", action="store_true")
    args = args.parse_args()
    if not os.path.isdir(CORPUS):
        print("not run: there is no corpus at %s" % CORPUS)
        return 0
    lines = kept(args.keep)
    is_there = {(x["pair"], x["at"], x["seed"]) for x in lines}
    build = program_is(args.program)
    left, codes = 0 if args.sum else args.n, {}
    with tempfile.TemporaryDirectory() as folder, open(args.keep, "a", encoding="utf-8") as keep:
        for pair, at, seed in all_runs():
            if not left:
                break
            if (pair.name, at, seed) in is_there or (args.pair and pair.name not in args.pair):
                continue
            line = run(args.program, pair, at, seed, folder, codes)
            line["build"] = build
            lines.append(line)
            keep.write(json.dumps(line, sort_keys=True) + "\n")
            keep.flush()
            if line["exit"]:
                print("%(pair)s %(at)s seed %(seed)d: exit %(exit)d, %(why)s" % line, flush=True)
            left -= 1
    return print_sum(lines)


if __name__ == "__main__":
    sys.exit(main())
