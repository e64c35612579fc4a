"""Values that nodes keep for a session, shown by real ones.

features-*, v1.10.0: backing asks node_features at each leaf and logs one bit of it (inject_core_index), but the answer
is the first that its runtime-api subsystem got in the session. Paseo 1002005 has the features set
in its genesis; 1003000 cannot decode the configuration of 1002005, so the leaf U answers with the
default, no feature, and every later leaf with the features again. A node that asks first at U
keeps the default for the session; one that had asked before keeps the right answer.

rotation-*, v1.25.1: the frequency at which groups rotate is written anew within a session, as a
migration may do. The experimental side of the collator protocol has it from the session's first
leaf; all else asks at each leaf. Groups have one member each, so a validator that takes itself to
be at another core asks for collations of the wrong parachain.
"""
import json, os, re, shutil

import model, peers

FEATURES = 1  # dg_session_value of the room protocol
RUN = {"node": "eranode-1.10.0", "validators": 2, "paras": [], "logs": "babe=debug,parachain::candidate-backing=debug",
       "spec": "paseo-local-1002005-e10", "upgrade": {"to": "paseo-local-1003000-e10", "how": "sudo"}}
CONFIG = "0x06de3d8a54d27e44a9d5ce189618f22db4b49d95320d9021994c850f25b8e385"
# minimum_backing_votes, node_features, approval_voting_params: the end of a configuration of version 11
NO_FEATURES, FOUR_FEATURES = "02000000" "00" "01000000", "02000000" "100f" "01000000"
LAST = 45  # the last block that is wanted
ROTATION = {"node": "polkadot-41.0.0", "validators": 3, "paras": [2000, 2001, 2002],
            "logs": "babe=debug,parachain::collator-protocol=debug",
            "genesis": {"base": "paseo-local-1009001-e10", "config": {
                "scheduler_params": {"lookahead": 3, "group_rotation_frequency": 20}, "minimum_backing_votes": 1,
                "async_backing_params": {"max_candidate_depth": 3, "allowed_ancestry_len": 2}}}}
CHANGED, FREQUENCY = 22, 2  # the block that writes it, within a session of ten slots
SAYS = {"features-21": "U as the first block of its session: all nodes keep the default until the session ends",
        "features-22-restart": "U within its session: nodes keep the right answer; one that starts with U as its first leaf keeps the default",
        "rotation-legacy": "groups rotate each second block from within a session on: nothing is lost",
        "rotation-experimental": "the same with the experimental collator protocol: what is backed follows the old rotation to the session's end"}


def set_features(spec_path):
    """Writes them into a spec; the configuration's value."""
    with open(spec_path) as f:
        spec = json.load(f)
    top = spec["genesis"]["raw"]["top"]
    if not top[CONFIG].endswith(NO_FEATURES):
        raise peers.Failed("the configuration of %s is not as expected" % RUN["spec"])
    top[CONFIG] = top[CONFIG][:-len(NO_FEATURES)] + FOUR_FEATURES
    with open(spec_path, "w") as f:
        json.dump(spec, f)
    return top[CONFIG]


def predict_features(name, folder):
    """What the model says: {session: [what its nodes keep against their leaf, leaf they have it from]}, bits of
    features as a number."""
    base = os.path.join(folder, "spec.json")
    peers.unpack(os.path.join(peers.CORPUS, "specs", RUN["spec"] + ".json"), base)
    plan = {"doppel": 1, "name": name, "snapshot": model.spec_of(RUN["spec"]), "seed": 1, "seeds_max": 1,
            "upgrade": {"to": peers.blob(RUN, folder), "at": "#" + name.split("-")[1]}, "fork": {"storage": {CONFIG: set_features(base)}},
            "network": dict(model.NETWORK, classes=[{"class": "v1.10", "share": 1}], compile_ms={"min": 20000, "max": 22000})}
    out = {}
    with open(model.rehearse(plan, folder)) as f:
        for e in map(json.loads, f):
            if e["kind"] == "net-kept" and e["arm"] == "treatment" and e["value"] == FEATURES:
                out[e["session"]] = [e["kept"], e["asked"]]
    return out


def restart_before(net, i, number, tell):
    """A new process whose first leaf is that block: stopped once it has imported the one before, and
    started at once. A leaf that a node has when it starts it does not take up: only what it imports."""
    log = os.path.join(net.folder, peers.NAMES[i] + ".log")
    net.wait(lambda: "Imported #%d " % (number - 1) in peers.text(log), 600)
    peers.stop(net.procs[i], 2)
    os.rename(log, log[:-4] + "-before.log")
    net.start(i)
    tell("%s started anew after it had imported #%d" % (peers.NAMES[i], number - 1))


def make_features(name, folder, tell):
    """{node: {number of a leaf: bit 1 of the features, as backing has it there}}, and the block of each session's begin."""
    number = int(name.split("-")[1])
    run = dict(RUN, upgrade=dict(RUN["upgrade"], block=number))
    code = peers.blob(run, folder)
    with peers.Network(run, folder) as net:
        set_features(net.spec)
        for i in range(2):
            net.start(i)
        net.wait(lambda: all(net.best(i) is not None for i in range(2)), peers.START_LIMIT)
        net.enact(code)
        if name.endswith("restart"):
            restart_before(net, 1, number, tell)
        net.wait(lambda: (net.best() or 0) >= LAST, 900)
        blocks = [net.block(n) for n in range(1, LAST)]
        hashes = {net.ask("chain_getBlockHash", n): n for n in range(1, LAST)}
        versions = {n: net.ask("state_getRuntimeVersion", h)["specVersion"] for h, n in hashes.items()}
        answers = {n: net.ask("state_call", "ParachainHost_node_features", "0x", h) for h, n in hashes.items()}
    seen = {}
    for log in sorted(os.listdir(folder)):
        if log.split("-")[0].split(".")[0] in peers.NAMES and log.endswith(".log"):
            said = re.findall(r"New state inject_core_index=(\w+) parent=(0x\w{64})", peers.text(os.path.join(folder, log)))
            seen[log[:-4]] = {hashes[h]: bit == "true" for bit, h in said if h in hashes}
    return {"blocks": blocks, "versions": versions, "answers": answers, "seen": seen}


def says(answer):
    """Are the features set in an answer?"""
    return answer == "0x100f"


def table_of_features(found):
    """A line a leaf."""
    nodes, lines = sorted(found["seen"]), ["model: in session %s nodes keep %s, from leaf #%d" % (s, "the default" if not kept else "the features", asked)
                                           for s, (kept, asked) in (found["model"] or {}).items()]
    answers = {int(n): says(a) for n, a in found["answers"].items()}
    lines.append("leaf  session runtime  answers  " + " ".join("%-12s" % n for n in nodes))
    for number, _, session, *_ in found["blocks"]:
        cells = [found["seen"][n].get(number) for n in nodes]
        if any(c is not None for c in cells):
            lines.append("#%-4d %-7d %-8d %-8s %s" % (number, session, found["versions"][number], "set" if answers[number] else "not set",
                                                    " ".join("%-12s" % {None: "-", True: "set", False: "not set"}[c] for c in cells)))
    return "".join(line.rstrip() + "\n" for line in lines)


def judge_features(name, found):
    """What is not as it was said to be, or as in the model; empty where all is."""
    u, outs = int(name.split("-")[1]), []
    session = {b[0]: b[2] for b in found["blocks"]}
    real = {session[leaf] for seen in found["seen"].values() for leaf, bit in seen.items() if not bit}
    of_model = {int(s) for s, (kept, _) in (found["model"] or {}).items() if not kept}
    if found["model"] is not None and real != of_model:
        outs.append("sessions with the default: real %s, model %s" % (sorted(real), sorted(of_model)))
    for node, seen in found["seen"].items():
        anew = name.endswith("restart") and node == "bob"
        for leaf, bit in sorted(seen.items()):
            kept_default = session[leaf] == session[u] and leaf >= u and (not name.endswith("restart") or anew)
            if bit == kept_default:
                outs.append("%s at leaf #%d of session %d: %s" % (node, leaf, session[leaf], "set" if bit else "not set"))
    if [n for n, a in found["answers"].items() if not says(a)] != [u]:
        outs.append("the runtime itself does not answer with the default at U alone")
    if not any(seen.get(leaf) is False for seen in found["seen"].values() for leaf in seen):
        outs.append("no leaf showed the default")
    return outs


# ---- rotation ----


def make_rotation(name, folder, tell):
    """Canonical blocks, and [session's start, frequency, now] of the groups' rotation at each."""
    run = dict(ROTATION, options=["--experimental-collator-protocol"] if name.endswith("experimental") else [])
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "set_config.mjs"), peers.COLLATOR)
    with peers.Network(run, folder) as net:
        for i in range(3):
            net.start(i)
        net.wait(lambda: all(net.best(i) is not None for i in range(3)), peers.START_LIMIT)
        net.extra.append(net.begin(["node", "set_config.mjs", str(net.base + 8), str(CHANGED), "groupRotationFrequency", str(FREQUENCY)],
                                   "config", peers.COLLATOR))
        net.wait(lambda: (net.best() or 0) >= CHANGED, 600)
        net.collate()  # not before: what is pending then is asked of the wrong group, and waits for its timeout in any case
        net.wait(lambda: (net.best() or 0) >= LAST, 900)
        blocks = [net.block(n) for n in range(1, LAST)]
        rotation = {}
        for n in range(1, LAST):
            groups = bytes.fromhex(net.ask("state_call", "ParachainHost_validator_groups", "0x", net.ask("chain_getBlockHash", n))[2:])
            rotation[n] = [int.from_bytes(groups[len(groups) - k:len(groups) - k + 4], "little") for k in (12, 8, 4)]
    return {"blocks": blocks, "rotation": rotation}


def shifts(found):
    """{block: by how many groups its parent's leaf is rotated}, and the blocks whose parents have the new frequency
    in the session in which it was written."""
    rotation = {int(n): r for n, r in found["rotation"].items()}
    session = {b[0]: b[2] for b in found["blocks"]}
    shift = {n + 1: (now - start) // every % 3 for n, (start, every, now) in rotation.items() if every}
    first = min(n for n, r in rotation.items() if r[1] == FREQUENCY)
    return shift, [n for n in session if n - 1 >= first and session[n - 1] == session[first]]


def table_of_rotation(found):
    shift, changed = shifts(found)
    lines = ["block session rotated by  backed"]
    for number, _, session, _, backed, _ in found["blocks"]:
        lines.append("#%-4d %-7d %d%-10s %d" % (number, session, shift.get(number, 0), " (new)" if number in changed else "", len(backed)))
    return "\n".join(lines) + "\n"


def judge_rotation(name, found):
    """Where groups are rotated, in the session of the change, experimental nodes back nothing."""
    shift, changed = shifts(found)
    backed = {b[0]: len(b[4]) for b in found["blocks"]}
    session = {b[0]: b[2] for b in found["blocks"]}
    begun = min(n for n in backed if backed[n])  # collators come in the midst of it
    inner = [n for n in changed if session[n] == session[changed[0]]]  # the session's first block backs nothing in any case
    rotated = {n: backed[n] for n in inner if shift[n] and (n >= begun or name.endswith("experimental"))}
    outs = []
    if len(rotated) < 2:
        outs.append("too few leaves were rotated")
    elif name.endswith("experimental") and sum(rotated.values()) > 1:
        outs.append("backed where groups were rotated: %s" % rotated)
    elif name.endswith("legacy") and sum(rotated.values()) < 2 * len(rotated):
        outs.append("backed where groups were rotated: %s" % rotated)
    later = [n for n in backed if session[n] > session[changed[0]] + 1 and session.get(n - 1) == session[n]]
    if sum(backed[n] for n in later) < 2 * len(later):
        outs.append("in the sessions after it %d candidates in %d blocks" % (sum(backed[n] for n in later), len(later)))
    return outs


# ---- any of them ----


def is_rotation(name):
    return name.startswith("rotation")


def needed(name):
    return ROTATION if is_rotation(name) else RUN


def predict(name, folder):
    """What the model says of it, or None where it has no such thing: who starts at U, and the experimental
    collator protocol, is not in its plan."""
    return predict_features(name, folder) if name == "features-21" else None


def make(name, folder, tell):
    return (make_rotation if is_rotation(name) else make_features)(name, folder, tell)


def table(name, found):
    return (table_of_rotation if is_rotation(name) else table_of_features)(found)


def judge(name, found):
    return (judge_rotation if is_rotation(name) else judge_features)(name, found)
