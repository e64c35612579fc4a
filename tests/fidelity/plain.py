#!/usr/bin/env python3
"""plain.py [SECONDS] - two real validators over loopback, beside bands.json and the model.

Starts the node that DOPPEL_NODE (default ../shared/peers/polkadot-41.0.0) holds, plain or
as .zst, twice in a temporary folder, lets it run that long (180) from its first block,
reads the logs, stops what it started. Exit: 0 all in the bands, 1 not, 4 no node here.
"""
import collections, datetime, glob, json, math, os, re, shutil, signal, socket, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NODE = os.environ.get("DOPPEL_NODE", os.path.join(ROOT, "../shared/peers/polkadot-41.0.0"))
CORPUS = os.environ.get("DOPPEL_CORPUS", os.path.join(ROOT, "../shared/fixtures"))
MODEL = os.path.join(ROOT, "build/release/tests/node/test_fidelity")
SPEC = "paseo-local-1003000-e10"
PARTS = ("polkadot", "polkadot-prepare-worker", "polkadot-execute-worker")
FIRST_ID = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"  # of node key 1
START_LIMIT = 240  # seconds to the first block; each node compiles the runtime first

# ---- two nodes ----


def nothing(why):
    print("fidelity: " + why, file=sys.stderr)
    sys.exit(4)


def unpack(source, target):
    if os.path.exists(source):
        shutil.copyfile(source, target)
    elif not os.path.exists(source + ".zst"):
        nothing("no %s here (DOPPEL_NODE, DOPPEL_CORPUS)" % os.path.basename(source))
    elif subprocess.call(["zstd", "-dqf", source + ".zst", "-o", target]):
        nothing("cannot unpack %s.zst" % os.path.basename(source))
    os.chmod(target, 0o700)


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def start(nodes, folder):
    for part in PARTS:
        unpack(os.path.join(NODE, part), os.path.join(folder, part))
    unpack(os.path.join(CORPUS, "specs", SPEC + ".json"), os.path.join(folder, "spec.json"))
    ports = free_ports(6)
    for i, name in enumerate(("alice", "bob")):
        command = [os.path.join(folder, "polkadot"), "--chain", os.path.join(folder, "spec.json"), "--" + name, "--validator",
                   "--base-path", os.path.join(folder, name), "--listen-addr", "/ip4/127.0.0.1/tcp/%d" % ports[i],
                   "--rpc-port", str(ports[2 + i]), "--prometheus-port", str(ports[4 + i]), "--no-telemetry", "--no-mdns",
                   "--insecure-validator-i-know-what-i-do", "--no-hardware-benchmarks", "--node-key", "%064d" % (i + 1), "-l", "babe=debug"]
        if i:
            command += ["--bootnodes", "/ip4/127.0.0.1/tcp/%d/p2p/%s" % (ports[0], FIRST_ID)]
        with open(os.path.join(folder, name + ".log"), "w") as log:
            nodes.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))


def stop(nodes):
    for node in nodes:
        node.terminate()
    for node in nodes:
        try:
            node.wait(20)
        except subprocess.TimeoutExpired:
            node.kill()
            node.wait()


def watch(nodes, logs, seconds):
    """Until `seconds` after the first block of each; the nodes have to stay up."""
    began, first = time.monotonic(), None
    while first is None or time.monotonic() < first + seconds:
        time.sleep(1)
        if any(node.poll() is not None for node in nodes):
            sys.exit("fidelity: a node ended on its own: " + read(logs[0])[-300:] + read(logs[1])[-300:])
        if first is None and all("Imported #1 " in read(log) for log in logs):
            first = time.monotonic()
        if first is None and time.monotonic() > began + START_LIMIT:
            sys.exit("fidelity: no block in %d s" % START_LIMIT)


# ---- what their logs say ----


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f").timestamp()


def measure(texts):
    claims = collections.Counter(int(s) for t in texts for s in re.findall(r"Claimed slot (\d+)", t))
    slots = range(min(claims) + 1, max(claims) + 1) if claims else range(0)  # the first may lack a node
    seen, hashes = {}, collections.defaultdict(set)
    for at, height, block in re.findall(r"^(\S+ \S+) .*Imported #(\d+) \(\S+ → (\S+?)\)", texts[0], re.M):
        seen.setdefault(int(height), moment(at))
        hashes[int(height)].add(block)
    last = max(seen, default=0)
    pairs = [(int(b), int(f)) for t in texts for b, f in re.findall(r"best: #(\d+) .*finalized #(\d+) ", t)]
    epochs = re.findall(r"New epoch (\d+) launching .*block slot (\d+) >= start slot (\d+)", texts[0])
    return {
        "slots": len(slots),
        "empty_slots": sum(not claims[s] for s in slots),
        "forked": sum(claims[s] > 1 for s in slots),
        "claims": sum(claims[s] for s in slots),
        "blocks": sum(len(of) for h, of in hashes.items() if h > 1),
        "interval": (seen[last] - seen[2]) / (last - 2) if last > 2 else 0,
        "lag": collections.Counter(b - f for b, f in pairs if b > 5),
        "epochs": [(int(k), int(at) - int(start)) for k, at, start in epochs if int(k)],
        "spans": [int(b[2]) - int(a[2]) for a, b in zip(epochs, epochs[1:])],
    }


# ---- beside the bands and the model ----


def forked_band(slots, validators, deviations):
    """The least and most slots with two claims that the exact law does not call rarer than so many deviations."""
    p, tail = 1 - 0.75 ** ((validators - 1) / validators), math.erfc(deviations / math.sqrt(2)) / 2
    of = [math.comb(slots, k) * p ** k * (1 - p) ** (slots - k) for k in range(slots + 1)]
    inside = [k for k in range(slots + 1) if sum(of[:k + 1]) >= tail and sum(of[k:]) >= tail]
    return inside[0], inside[-1]


def model_lines():
    """What the model did on the same specs, as the test prints it: {"B": "..."}."""
    if not os.path.exists(MODEL):
        return {}
    out = subprocess.run([MODEL], cwd=ROOT, env=dict(os.environ, CK_FORK="no"), capture_output=True, text=True).stdout
    return dict(re.findall(r"^model (\w): (.*)$", out, re.M))


def report(m, bands, model):
    runs = [r for r in bands["runs"] if r["spec"] == SPEC]
    least, most = forked_band(m["slots"], 2, bands["deviations"])
    lags, of = sum(m["lag"].values()), [min(r["lag"][0] for r in runs), max(r["lag"][1] for r in runs)]
    near = sum(n for lag, n in m["lag"].items() if of[0] <= lag <= of[1])
    rows = [
        ("slots, empty", "%d, %d" % (m["slots"], m["empty_slots"]), "none empty", m["slots"] > 0 and m["empty_slots"] == 0),
        ("two claims", "%d slots" % m["forked"], "%d to %d by the formula" % (least, most), least <= m["forked"] <= most),
        ("claims, blocks", "%d, %d" % (m["claims"], m["blocks"]), "a block each (one under way)", abs(m["claims"] - m["blocks"]) <= 1),
        ("interval", "%.2f s" % m["interval"], "%.1f s" % (bands["interval_tenths"] / 10), round(m["interval"] * 10) == bands["interval_tenths"]),
        ("finality lag", " ".join("%d:%d" % i for i in sorted(m["lag"].items())), "%d to %d, 95%% of samples" % tuple(of), lags > 0 and near >= 0.95 * lags),
        ("sessions", "%d turned, late by %s slots" % (len(m["epochs"]), sorted({late for _, late in m["epochs"]}) or "-"),
         "on the slot, each %d" % bands["session_slots"],
         all(not late for _, late in m["epochs"]) and all(s == bands["session_slots"] for s in m["spans"])),
    ]
    for name, here, band, inside in rows:
        print("%-4s %-15s %-34s %s" % ("ok" if inside else "OUT", name, here, band))
    for r in runs:
        print("     real  %s: %s" % (r["name"], json.dumps({k: r[k] for k in ("slots", "claims", "lag_samples") if k in r})))
    for name in sorted(set(model) & {r["name"] for r in runs}):
        print("     model %s: %s" % (name, model[name]))
    return 0 if all(inside for *_, inside in rows) else 1


def main(arguments):
    with open(os.path.join(ROOT, "tests/fidelity/bands.json")) as f:
        bands = json.load(f)
    if len(arguments) > 1 and arguments[0] == "--logs":  # of a run that was kept
        return report(measure([read(path) for path in arguments[1:]]), bands, model_lines())
    seconds = int(arguments[0]) if arguments else 180
    if not glob.glob(os.path.join(NODE, "polkadot*")):
        nothing("no real node at %s (DOPPEL_NODE)" % os.path.relpath(NODE, ROOT))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="doppel-fidelity-") as folder:
        logs, nodes = [os.path.join(folder, n + ".log") for n in ("alice", "bob")], []
        try:
            start(nodes, folder)
            watch(nodes, logs, seconds)
        finally:
            stop(nodes)
        return report(measure([read(log) for log in logs]), bands, model_lines())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
