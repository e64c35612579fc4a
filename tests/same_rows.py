"""The rows of same.py: what is called, read from the data of the tests where it is data."""

import collections
import copy
import glob
import json
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FIXTURES = os.path.join(ROOT, "fixtures")
SPEC = "fixtures/paseo-1001002-e20-100val-20paras.json.zst"
BLOB = "fixtures/paseo-1002000-e20.wasm"
SMALL = "fixtures/paseo-1009001-e10-40val-8paras.json.zst"

# call: words for the program; plan: for `run`, and where it has to lie when paths in it begin
# there; needs: files; quick: also in the quick set, of less than a minute.
Row = collections.namedtuple("Row", "name, call, plan, where, needs, quick")


def run_of(name, plan, needs, where=None, quick=False):
    return Row(name, ["run"], plan, where, needs, quick)


def preflight_of(name, spec, to, text=False, quick=False):
    call = ["preflight", "--from", spec, "--to", to] + ([] if text else ["--json"])
    return Row(name, call, None, None, [spec, to], quick)


def merge(into, patch):
    """As tests/incidents/test_incidents.c: objects key by key, null takes away, else replaced."""
    for key, value in patch.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        elif value is None:
            into.pop(key, None)
        else:
            into[key] = value
    return into


def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def needs_of(plan, folder):
    files = [plan.get("snapshot"), plan.get("upgrade", {}).get("to")]
    return [os.path.normpath(os.path.join(folder, f)) for f in files if f]


QUICK_INCIDENTS = {("polkadot-2024-04-21", 0), ("kusama-2025-05-09", 1), ("polkadot-2024-09-17", 0)}


def incidents():
    for path in sorted(glob.glob(os.path.join(FIXTURES, "incidents", "*", "expect.json"))):
        folder = os.path.relpath(os.path.dirname(path), ROOT)
        plan = read_json(os.path.join(os.path.dirname(path), "plan.json"))
        for i, row in enumerate(read_json(path)["rows"]):
            of = merge(copy.deepcopy(plan), row.get("patch", {}))
            of_what = os.path.basename(folder)
            yield run_of(
                "incident/%s/%s" % (of_what, row["name"]),
                of,
                needs_of(of, folder),
                where="%s/row-%d.json" % (folder, i),
                quick=(of_what, i) in QUICK_INCIDENTS,
            )


def plans():
    for path in sorted(glob.glob(os.path.join(FIXTURES, "plans", "*.json"))):
        plan = read_json(path)
        yield run_of("plan/" + os.path.basename(path)[:-5], plan, needs_of(plan, "."))


def pair(spec, to, at, **more):
    plan = {"doppel": 1, "snapshot": spec, "upgrade": {"to": to, "at": at}, "network": False}
    return merge(plan, more)


# Of the corpus: the spec, N (a spec that holds it, or a blob), and the offsets: those that
# tests/run/test_pairs.c and tests/preflight/test_pairs.c have.
PAIRS = [
    ("paseo-1001002-e20-genesis", "paseo-local-1002000-e20", ["boundary-8"]),
    (
        "paseo-1001002-e20-10val-3paras",
        "paseo-local-1002000-e20",
        ["boundary-8", "boundary+0", "boundary-1"],
    ),
    ("paseo-1001002-e20-100val-20paras", "paseo-local-1002000-e20", ["boundary-8"]),
    ("paseo-1001002-e20-300val-50paras", "paseo-local-1002000-e20", ["boundary-8"]),
    ("paseo-1001002-genesis", "paseo-local-1002000-e20", ["boundary@1-580"]),
    ("paseo-local-1001003", "paseo-local-1002000-e20", ["boundary@1-580"]),
    ("westend-local-10000", "westend-local-1005000", ["boundary@1-8"]),
    ("westend-local-9420", "westend-local-1005000", ["boundary@1-8"]),
    ("westend-local-10000", "westend-1015000.compressed.wasm", ["boundary@1-8"]),
    ("polkadot-dev-9390", "polkadot-1004001.compressed.wasm", ["boundary@1-8"]),
    ("polkadot-local-9370", "polkadot-1004001.compressed.wasm", ["boundary@1-8"]),
    ("kusama-local-1000000", "kusama-2000002.compressed.wasm", ["boundary@1-8"]),
    ("paseo-1000000-genesis-e600", "paseo-1001002-genesis", ["boundary@1-8"]),
    ("paseo-1001002-genesis", "paseo-local-1001003", ["boundary@1-8"]),
    ("paseo-local-1002005-e10", "paseo-local-1003000-e10", ["boundary-3"]),
    ("paseo-local-1003000-e10", "paseo-local-1009001-e10", ["boundary-3"]),
    ("paseo-local-1002005-e10", "paseo-local-1009001-e10", ["boundary-3"]),
    ("westend-local-1005000", "westend-1015000.compressed.wasm", ["boundary@1-8"]),
    ("westend-local-9420", "westend-local-10000", ["boundary@1-8"]),
    ("polkadot-local-9370", "polkadot-dev-9390", ["boundary@1-8"]),
    ("rococo-dev-1014000-e10", "rococo-local-1015000-8val-8paras-e10", ["boundary-3"]),
    ("rococo-local-103000-e10", "rococo-dev-1014000-e10", ["boundary-3"]),
    ("westend-local-10000", "polkadot-1004001.compressed.wasm", ["boundary@1-8"]),
    ("rococo-v2_2-genesis-9190", "rococo-local-103000-e10", ["boundary@1-8"]),
]
AS_TEXT = [
    ("westend-local-10000", "westend-local-1005000"),
    ("paseo-1001002-genesis", "paseo-local-1001003"),
]
QUICK_RUN = ("paseo-local-1002005-e10", "paseo-local-1009001-e10")
QUICK_PREFLIGHT = ("paseo-local-1002005-e10", "paseo-local-1003000-e10")


def of_corpus(name):
    if name.endswith(".wasm"):
        return "corpus/runtimes/" + name
    return "corpus/specs/%s.json.zst" % name


# Specs that tests make of others: Rococo with its epoch length in storage, Paseo 1001003
# with epochs of 20. Written as derived/NAME, when a row asks for it.
ROCOCO, PASEO = of_corpus("rococo-v2_2-genesis-9190"), of_corpus("paseo-local-1001003")
DERIVED = {
    "derived/rococo-epoch-600.json": (ROCOCO, lambda top: put_epoch(top, 600)),
    "derived/rococo-epoch-10.json": (ROCOCO, lambda top: put_epoch(top, 10)),
    "derived/paseo-1001003-e20.json": (PASEO, lambda top: shorten_epochs(top)),
}
DERIVED_PAIRS = [
    ("derived/rococo-epoch-600.json", of_corpus("rococo-local-103000-e10"), "boundary@1-8"),
    ("derived/rococo-epoch-10.json", of_corpus("rococo-local-103000-e10"), "boundary-3"),
    ("derived/paseo-1001003-e20.json", of_corpus("paseo-local-1002000-e20"), "boundary-8"),
]

EPOCH_KEY = "0x39e295d143ed41353167609a3d816584"  # twox128 of ":EpochDurationInBlocks:"


def put_epoch(top, slots):
    top[EPOCH_KEY] = "0x" + slots.to_bytes(4, "little").hex()


def unpacked(packed):
    return subprocess.run(["zstd", "-dcq"], input=packed, stdout=subprocess.PIPE, check=True).stdout


def shorten_epochs(top):
    """The edits of tests/run/test_pairs.c: seventeen constants, at equal length."""
    code = bytes.fromhex(top["0x3a636f6465"][2:])
    code = unpacked(code[8:]) if code.startswith(bytes.fromhex("52bc537646db8e05")) else code
    count = 0
    for old, new in ("42d70456", "42930056"), ("41d8046e", "4194006e"), ("42d804", "429400"):
        count += code.count(bytes.fromhex(old))
        code = code.replace(bytes.fromhex(old), bytes.fromhex(new))
    assert count == 17, count
    top["0x3a636f6465"] = "0x" + code.hex()


def short(path):
    return os.path.basename(path).split(".")[0]


def pairs():
    for spec, to, places in PAIRS:
        title = "%s to %s" % (short(spec), short(to))
        files = [of_corpus(spec), of_corpus(to)]
        for at in places:
            quick = (spec, to) == QUICK_RUN
            yield run_of("pair/%s at %s" % (title, at), pair(*files, at), files, quick=quick)
        yield preflight_of("preflight/" + title, *files, quick=(spec, to) == QUICK_PREFLIGHT)
    for spec, to, at in DERIVED_PAIRS:
        title = "%s to %s" % (short(spec), short(to))
        yield run_of("pair/%s at %s" % (title, at), pair(spec, to, at), [spec, to])
        yield preflight_of("preflight/" + title, spec, to)
    yield preflight_of("preflight/embedded", SPEC, BLOB)
    yield preflight_of("preflight-text/embedded", SPEC, BLOB, text=True)
    for spec, to in AS_TEXT:
        title = "%s to %s" % (spec, to)
        yield preflight_of("preflight-text/" + title, of_corpus(spec), of_corpus(to), text=True)
    for to in "mini-2-keys-shorter", "mini-2-calls-renumbered":
        files = ["build/runtimes/mini.json", "build/runtimes/%s.wasm" % to]
        quick = to == "mini-2-keys-shorter"
        yield preflight_of("preflight-text/" + to, *files, text=True, quick=quick)


# Around the small runtimes as in tests/run/test_variants.c, but that the claims on the
# network are judged too.
BY_NODES = {
    "classes": [{"class": "SD_V12_OK", "share": 1}],
    "faults": [{"kind": "offline-collators", "who": "all"}],
}


def variants():
    for row in read_json(os.path.join(ROOT, "runtimes", "variants.json")):
        if not row["expect"]:
            continue  # a live runtime: the N-1 of others
        files = ["build/runtimes/%s.json" % row["spec"], "build/runtimes/%s.wasm" % row["to"]]
        plan = pair(*files, "boundary@2-3")
        yield run_of("variant/" + row["name"], plan, files)
        by_nodes = merge(copy.deepcopy(plan), {"network": BY_NODES})
        yield run_of("variant-by-nodes/" + row["name"], by_nodes, files)
        yield preflight_of("preflight-variant/" + row["name"], *files)


# ---- networks ----


def shares(**of):
    return [{"class": name, "share": share} for name, share in of.items()]


MIXED = {
    "size": "100x20",
    "classes": shares(SD_V12_OK=0.5, SD_V12_PURGE=0.3, SD_V1=0.1, KAGOME=0.1),
}
TROUBLED = {
    "collators": [
        {"kind": "lookahead", "runtime": "async", "share": 0.5},
        {
            "kind": "slot-based",
            "runtime": "async",
            "share": 0.3,
            "upgrades_code": {"bytes": 300000, "at": "U-4"},
        },
        {"kind": "basic", "protocol": 1, "share": 0.2},
    ],
    "links": {"latency_ms": [50, 400], "loss_per_million": 2000},
    "faults": [
        {"kind": "crash", "share": 0.1, "from": "U-3", "until": "U+4"},
        {"kind": "clock", "share": 0.1, "offset_ms": 1500},
        {"kind": "partition", "share": 0.2, "from": "U+6", "until": "U+9", "arm": "treatment"},
    ],
}
FAULTS = {
    "crash": {"share": 0.3},
    "pause": {"who": "authors"},
    "partition": {"share": 0.4},
    "clock": {"share": 0.3, "offset_ms": 3000},
    "loss": {"share": 0.5, "loss_per_million": 200000},
    "silent-backer": {"group": 2},
    "withhold-availability": {"share": 0.4},
    "no-approvals": {"share": 0.4},
    "offline-collators": {"share": 0.5},
}


QUICK_FAULTS = {("crash", "computed"), ("withhold-availability", "messages")}


def fault_plan(kind, exchange):
    fault = merge({"kind": kind, "from": "U-2", "until": "U+4"}, FAULTS[kind])
    return {
        "doppel": 1,
        "snapshot": SMALL,
        "upgrade": {"config": {"node_features": "0b11101000"}, "at": "boundary@2-4"},
        "horizon": {"boundaries_after": 2},
        "seed": 5,
        "network": {"classes": shares(SD_V12_OK=1), "exchange": exchange, "faults": [fault]},
    }


def networks():
    for seed, more in (1, {}), (2, TROUBLED), (3, {"exchange": "messages"}):
        network = merge(copy.deepcopy(MIXED), more)
        plan = pair(SPEC, BLOB, "boundary-8", network=network, seed=seed)
        yield run_of("network/100x20 seed %d" % seed, plan, [SPEC, BLOB])
    for kind in FAULTS:
        for exchange in "computed", "messages":
            plan, quick = fault_plan(kind, exchange), (kind, exchange) in QUICK_FAULTS
            yield run_of("fault/%s, %s" % (kind, exchange), plan, [SMALL], quick=quick)


def all_rows():
    rows = [row for of in (incidents, plans, pairs, variants, networks) for row in of()]
    times = collections.Counter(slug(row.name) for row in rows)
    again = [name for name, count in times.items() if count > 1]
    assert not again, "two rows have one name: %s" % again
    return rows


def slug(name):
    """The folder in which the row of this name is kept."""
    parts = name.lower().split("/")
    return "/".join(re.sub(r"[^a-z0-9+@.]+", "-", part).strip("-") for part in parts)
