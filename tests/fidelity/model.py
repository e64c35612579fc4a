"""What the model says of a run: its plan, and the series of its canonical blocks."""
import json, os, subprocess

from peers import CORPUS, ROOT, Absent, Failed, blob

DOPPEL = os.path.join(ROOT, os.environ.get("DOPPEL", "build/release/doppel"))
NETWORK = {  # as on one machine over loopback; the parachains' code is a few hundred bytes
    "links": {"latency_ms": [5, 30]},
    "pvf": {"prepare_ms_min": 100, "prepare_ms_max": 300, "execute_ms_min": 20, "execute_ms_max": 20},
}


def spec_of(name):
    """A fixture of the checkout or a spec of the corpus."""
    here = os.path.join(ROOT, "fixtures", name + ".json.zst")
    path = here if os.path.exists(here) else os.path.join(CORPUS, "specs", name + ".json.zst")
    if not os.path.exists(path):
        raise Absent("no %s here (DOPPEL_CORPUS)" % os.path.basename(path))
    return path


def plan_of(run, name, folder):
    """The plan of a run. Nodes that share a machine compile N at the same time, on all its cores, and
    are not done at one moment: bitfields of the last come too late for the block of the first."""
    network = dict(NETWORK, **run["model"])
    compile_ms = int(run["cpu_seconds"] * 1000 * run["validators"] / (os.cpu_count() or 1))
    network.setdefault("compile_ms", {"min": compile_ms, "max": compile_ms * 11 // 10})
    if not run.get("upgrade"):
        upgrade = {"config": {"dispute_period": 7}, "at": "boundary"}  # control is looked at
    else:
        to = blob(run, folder)
        upgrade = {"to": to, "at": "#%d" % run["upgrade"]["block"], "how": "set-code"}
    return {"doppel": 1, "name": name, "snapshot": spec_of(run["spec"]), "upgrade": upgrade,
            "horizon": {"boundaries_after": max(2, run["ends"]["session"])},
            "network": network, "seed": run.get("seed", 1), "seeds_max": 1}


def series_of(events_path, arm):
    """[number, slot, session, author, backed, included] of each block that the arm's chain has."""
    kept, paras, included = [], {}, {}
    with open(events_path) as f:
        for line in f:
            e = json.loads(line)
            if e.get("arm") != arm:
                continue
            if e["kind"] == "block":
                kept.append(e)
            elif e["kind"] == "net-paras":
                paras[e["slot"], e["node"]] = e
            elif e["kind"] == "net-included":
                included.setdefault((e["slot"], e["node"]), []).append(e["para"])
    out = []
    for e in kept:
        by = (e["slot"], e["author"])
        out.append([e["block"], e["slot"], e["session"], e["author"], paras[by]["backed"], sorted(included.get(by, []))])
    return out


def rehearse(plan_json, folder):
    """Runs a plan in that folder, where plan and events stay; the path of the events."""
    plan, events = os.path.join(folder, "plan.json"), os.path.join(folder, "events.ndjson")
    with open(plan, "w") as f:
        json.dump(plan_json, f, indent=1)
    ran = subprocess.run([DOPPEL, "run", plan, "--explain", "none", "-q", "--events", events, "-o", os.path.join(folder, "outcome.json")],
                         cwd=ROOT, capture_output=True, text=True)
    if ran.returncode not in (0, 1, 3):
        raise Failed("doppel run %s: exit %d: %s" % (os.path.relpath(plan, ROOT), ran.returncode, ran.stderr.strip()[-300:]))
    return events


def predict(run, name, folder):
    """The series of the model's blocks."""
    return series_of(rehearse(plan_of(run, name, folder), folder), "treatment" if run.get("upgrade") else "control")
