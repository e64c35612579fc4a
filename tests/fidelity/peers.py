"""A network of real validators over loopback with parachains: nodes, collators, an upgrade on
the way, what its canonical blocks backed and included. Everything that it starts it stops."""
import collections, contextlib, glob, json, os, re, shutil, signal, socket, subprocess, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEERS = os.environ.get("DOPPEL_PEERS", os.path.join(ROOT, "../shared/peers"))
CORPUS = os.environ.get("DOPPEL_CORPUS", os.path.join(ROOT, "../shared/fixtures"))
COLLATOR = os.environ.get("DOPPEL_COLLATOR", os.path.join(ROOT, "build/fidelity/collator"))
INSTALL = "npm install --omit=optional --ignore-scripts"
NAMES = ("alice", "bob", "charlie", "dave", "eve", "ferdie", "one", "two")
KEYS = ("d43593c7", "8eaf0415", "90b5ab20", "30672121")  # how the development keys of the first four begin
FIRST_ID = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"  # of node key 1
LOGS = ("babe=debug,parachain::provisioner=debug,parachain::statement-distribution=debug,"
        "parachain::candidate-backing=debug,parachain::runtime-api=debug")
START_LIMIT = 300  # seconds to the first answer of all nodes, which compile first
RECEIPT = 4 + 9 * 32 + 32  # bytes; the signature counts twice

# What each kind of node wants on its command line.
NODES = {"eranode-1.10.0": ("eranode", ["--database", "paritydb"]),
         "polkadot-41.0.0": ("polkadot", ["--no-hardware-benchmarks"])}


class Absent(Exception):
    """What a run needs is not on this machine; one line."""


class Failed(Exception):
    """A run did not come to its end; one line."""


# ---- what is needed ----


def unpack(source, target):
    if os.path.exists(source):
        shutil.copyfile(source, target)
    elif not os.path.exists(source + ".zst"):
        raise Absent("no %s here (DOPPEL_PEERS, DOPPEL_CORPUS)" % os.path.basename(source))
    elif subprocess.call(["zstd", "-dqf", source + ".zst", "-o", target]):
        raise Absent("cannot unpack %s.zst" % os.path.basename(source))
    os.chmod(target, 0o700)


def check(run):
    """Raises Absent when a run cannot be made here."""
    for needed in (os.path.join(PEERS, run["node"]), os.path.join(PEERS, "collator")):
        if not os.path.isdir(needed):
            raise Absent("no %s at %s (DOPPEL_PEERS)" % (os.path.basename(needed), os.path.relpath(PEERS, ROOT)))
    if not shutil.which("node"):
        raise Absent("no Node.js (version 20) for the collator")
    if not os.path.isdir(os.path.join(COLLATOR, "node_modules")):
        raise Absent("no packages of the collator: fidelity.py --setup installs them to %s (DOPPEL_COLLATOR)"
                     % os.path.relpath(COLLATOR, ROOT))


def setup():
    """The collator's scripts and packages, in a folder that may be written to."""
    os.makedirs(COLLATOR, exist_ok=True)
    for path in glob.glob(os.path.join(PEERS, "collator", "*")):
        shutil.copy(path, COLLATOR)
    return (subprocess.call(INSTALL.split(), cwd=COLLATOR)
            or subprocess.call(["node", "pvf.mjs"], cwd=COLLATOR, stdout=subprocess.DEVNULL))


def code_of(spec_path):
    """The runtime's code of a chain spec, as bytes."""
    with open(spec_path) as f:
        genesis = json.load(f)["genesis"]
    code = genesis["raw"]["top"]["0x3a636f6465"] if "raw" in genesis else genesis["runtimeGenesis"]["code"]
    return bytes.fromhex(code[2:])


def blob(run, folder):
    """The file of N: a blob of the checkout, or the code of a spec of the corpus."""
    to = run["upgrade"]["to"]
    if to.endswith(".wasm"):
        return os.path.join(ROOT, to)
    path = os.path.join(folder, "n")
    unpack(os.path.join(CORPUS, "specs", to + ".json"), path + ".json")
    with open(path + ".wasm", "wb") as f:
        f.write(code_of(path + ".json"))
    return path + ".wasm"


def free_base(count):
    """The first of so many ports in a row that nobody listens on."""
    for base in range(21000, 60000, 2 * count + 7):
        held = []
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in range(base, base + count):
                held.append(stack.enter_context(socket.socket()))
                held[-1].bind(("127.0.0.1", port))
            return base
    raise Failed("no %d free ports in a row" % count)


def ahead():
    """Slots are kept on a busy machine as well, where that is permitted."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)


# ---- the chain, asked ----


def compact(b, at):
    mode = b[at] & 3
    if mode == 0:
        return b[at] >> 2, at + 1
    if mode == 1:
        return (b[at] | b[at + 1] << 8) >> 2, at + 2
    return int.from_bytes(b[at:at + 4], "little") >> 2, at + 4


def candidates(b):
    """ParachainHost_candidate_events: {0: paras backed, 1: included, 2: timed out}."""
    count, at = compact(b, 0)
    out = {0: [], 1: [], 2: []}
    for _ in range(count):
        kind, para = b[at], int.from_bytes(b[at + 1:at + 5], "little")
        size, at = compact(b, at + 1 + RECEIPT)
        at += size + (4 if kind == 2 else 8)  # head; core and, but for a timeout, group
        out[kind].append(para)
    return out


def babe(header):
    """Slot and author of a header's pre-runtime digest."""
    for log in header["digest"]["logs"]:
        b = bytes.fromhex(log[2:])
        if b[0] == 6 and b[1:5] == b"BABE":
            _, at = compact(b, 5)
            return int.from_bytes(b[at + 5:at + 13], "little"), int.from_bytes(b[at + 1:at + 5], "little")
    raise Failed("a header without a BABE digest")


def author_of(epoch, index):
    """Which node that authority is, by its key in BabeApi_current_epoch: the order is not that of the nodes."""
    _, at = compact(epoch, 24)
    key = epoch[at + 40 * index:at + 40 * index + 4].hex()
    return KEYS.index(key) if key in KEYS else None


class Network:
    """The nodes and collators of one run; used in a `with`."""

    def __init__(self, run, folder):
        self.run, self.folder, self.procs, self.extra = run, folder, {}, []
        self.binary, self.options = NODES[run["node"]]
        self.base = free_base(3 * len(NAMES))
        self.env = dict(os.environ, BASE_PORT=str(self.base), BASE_RPC=str(self.base + 8), **run.get("env", {}))
        self.spec = os.path.join(folder, "spec.json")
        for part in (self.binary, "polkadot-prepare-worker", "polkadot-execute-worker"):
            unpack(os.path.join(PEERS, run["node"], part), os.path.join(folder, part))
        if "genesis" in run:
            self.genesis(run["genesis"])
        else:
            unpack(os.path.join(CORPUS, "specs", run["spec"] + ".json"), self.spec)

    def genesis(self, of):
        """A spec by the runtime's own genesis builder."""
        base = os.path.join(self.folder, "base.json")
        unpack(os.path.join(CORPUS, "specs", of["base"] + ".json"), base)
        made = self.begin(["node", "gen2.mjs", base, self.spec, str(self.run["validators"]), str(len(self.run["paras"])),
                           json.dumps(of["config"])], "genesis", COLLATOR)
        if made.wait(120):
            raise Failed("no genesis could be made (genesis.log)")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for proc in [*self.procs.values(), *self.extra]:
            stop(proc)

    def begin(self, command, name, cwd=None):
        with open(os.path.join(self.folder, name + ".log"), "a") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=cwd, env=self.env,
                                    start_new_session=True, preexec_fn=ahead)

    def start(self, i):
        name, port = NAMES[i], self.base + i
        command = [os.path.join(self.folder, self.binary), "--chain", self.spec, "--" + name, "--validator",
                   "--base-path", os.path.join(self.folder, name), "--listen-addr", "/ip4/127.0.0.1/tcp/%d" % port,
                   "--rpc-port", str(port + 8), "--prometheus-port", str(port + 16), "--no-telemetry", "--no-mdns",
                   "--insecure-validator-i-know-what-i-do", "--rpc-methods", "unsafe", "--rpc-cors", "all",
                   "--node-key", "%064d" % (i + 1), "-l", self.run.get("logs", LOGS), "--workers-path", self.folder]
        if i:
            command += ["--bootnodes", "/ip4/127.0.0.1/tcp/%d/p2p/%s" % (self.base, FIRST_ID)]
        self.procs[i] = self.begin(command + self.options + self.run.get("options", []), name)

    def collate(self):
        for para in self.run["paras"]:
            self.extra.append(self.begin(["node", "collator.mjs", str(para), str(self.run["validators"])], "para%d" % para, COLLATOR))

    def enact(self, code):
        u = self.run["upgrade"]
        self.extra.append(self.begin(["node", "upg.mjs", str(self.base + 8), code, u["how"], str(u["block"])], "upgrade", COLLATOR))

    def ask(self, method, *params, node=0, timeout=30):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request("http://127.0.0.1:%d" % (self.base + 8 + node), body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            answer = json.load(answer)
        if "error" in answer:
            raise Failed("%s: %s" % (method, str(answer["error"])[:200]))
        return answer["result"]

    def best(self, node=0):
        """Number of the best block, or None while the node does not answer."""
        with contextlib.suppress(OSError, Failed):
            return int(self.ask("chain_getHeader", node=node, timeout=5)["number"], 16)

    def version(self, node=0):
        with contextlib.suppress(OSError, Failed):
            return self.ask("state_getRuntimeVersion", node=node, timeout=5)["specVersion"]

    def check_alive(self):
        for i, proc in self.procs.items():
            if proc.poll() is not None:
                raise Failed("%s ended on its own (see its log)" % NAMES[i])

    def wait(self, what, limit):
        """Until what() is true."""
        end = time.monotonic() + limit
        while not what():
            self.check_alive()
            if time.monotonic() > end:
                raise Failed("nothing came within %d s" % limit)
            time.sleep(0.5)

    def block(self, number):
        """[number, slot, session, author, paras backed, paras included] of the canonical block."""
        at = self.ask("chain_getBlockHash", number)
        slot, index = babe(self.ask("chain_getHeader", at))
        author = author_of(bytes.fromhex(self.ask("state_call", "BabeApi_current_epoch", "0x", at)[2:]), index)
        of = candidates(bytes.fromhex(self.ask("state_call", "ParachainHost_candidate_events", "0x", at)[2:]))
        session = bytes.fromhex(self.ask("state_call", "ParachainHost_session_index_for_child", "0x", at)[2:])
        return [number, slot, int.from_bytes(session, "little"), author, sorted(of[0]), sorted(of[1])]


def stop(proc, seconds=20):
    if proc.poll() is None:
        os.killpg(proc.pid, signal.SIGTERM)
        os.killpg(proc.pid, signal.SIGCONT)  # it may stand still
    try:
        proc.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(proc.pid, signal.SIGKILL)
        proc.wait()


# ---- a run ----


def contested(folder, blocks):
    """Numbers of the blocks in whose slots several authors claimed, by the logs."""
    claims = collections.Counter()
    for name in NAMES:
        for log in glob.glob(os.path.join(folder, name + ".log")):
            claims.update(int(slot) for slot in re.findall(r"Claimed slot (\d+)", text(log)))
    return [b[0] for b in blocks if claims[b[1]] > 1]


def restart(net, i, tell):
    """Once that node has seen N: a new process, which has kept nothing of the session."""
    old = net.version(i)
    net.wait(lambda: net.version(i) not in (None, old), 600)
    time.sleep(1)
    tell("%s stopped at #%s" % (NAMES[i], net.best()))
    stop(net.procs[i])
    net.start(i)
    net.wait(lambda: net.best(i) is not None, START_LIMIT)
    tell("%s answers again at #%s" % (NAMES[i], net.best()))


def kill(net, i, at, tell):
    net.wait(lambda: (net.best() or 0) >= at, 600)
    os.killpg(net.procs[i].pid, signal.SIGKILL)
    net.procs.pop(i).wait()
    tell("%s killed at #%s" % (NAMES[i], net.best()))


def is_over(net, last, blocks):
    """The run ends some blocks after a session began, or at a block; canonical blocks are read on the way."""
    best = net.best()
    with contextlib.suppress(OSError):  # a node that compiles answers nothing
        while best and len(blocks) + 2 < best:  # not the newest, which may lose yet
            blocks.append(net.block(len(blocks) + 1))
    begun = [b[0] for b in blocks if b[2] >= last["session"]]
    return bool(begun) and len(blocks) >= begun[0] + last["blocks"]


def reread(net, blocks):
    """What was the chain's end when it was read may have lost."""
    return [net.block(b[0]) for b in blocks]


def real(run, folder, tell):
    """Makes a run with real nodes: the series of its canonical blocks, and which had siblings."""
    blocks, code = [], blob(run, folder) if run.get("upgrade") else None
    with Network(run, folder) as net:
        for i in range(run["validators"]):
            net.start(i)
        net.wait(lambda: all(net.best(i) is not None for i in range(run["validators"])), START_LIMIT)
        tell("all nodes answer at #%d" % net.best())
        net.collate()
        if code:
            net.enact(code)
        if "restart" in run:
            restart(net, run["restart"], tell)
        if "kill" in run:
            kill(net, run["kill"]["node"], run["kill"]["at"], tell)
        net.wait(lambda: is_over(net, run["ends"], blocks), 60 * run["minutes"] + 600)
        return {"blocks": reread(net, blocks), "contested": contested(folder, blocks),
                "lacks_topology": logged(folder, "lack of topology")}


def logged(folder, what):
    """How many lines of each validator's log hold a text: {"alice": 3}."""
    return {name: text(os.path.join(folder, name + ".log")).count(what) for name in NAMES
            if os.path.exists(os.path.join(folder, name + ".log"))}


def keep_logs(scratch, folder):
    for path in glob.glob(os.path.join(scratch, "*.log")):
        shutil.copy(path, folder)


def text(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()
