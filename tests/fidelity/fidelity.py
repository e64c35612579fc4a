#!/usr/bin/env python3
"""fidelity.py [RUN..] - real validators beside the model (make fidelity RUN="..").

RUN is a row of runs.json or `plain` (two validators, no parachains); without any, all are made.
The model's plan and series are written to a folder of build/fidelity before the real nodes
start; then the two are compared place by place (compare.py).

  --list          the runs, and how many minutes each takes
  --kept [RUN..]  the model of today beside the real series that are kept (series.json)
  --here [RUN..]  the same plans on the pair of the checkout, by the shape of what is backed
  --keep FOLDER   adds the series of a run that was made to series.json
  --setup         installs what the collator needs (npm)
  --self-test     whether the comparison finds what differs

Exit: 0 all inside, 1 something outside, 2 no such run, 4 what a run needs is not here.
"""
import copy, json, os, signal, sys, tempfile, time

import compare, kept_values, model, peers, plain

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = os.environ.get("FIDELITY_SECONDS", "").split()
RESULTS = os.environ.get("DOPPEL_FIDELITY", os.path.join(peers.ROOT, "build/fidelity"))

# ---- rows ----


def load(name):
    with open(os.path.join(HERE, name)) as f:
        return json.load(f)


def merged(base, more):
    """Objects key by key; everything else is replaced."""
    out = copy.deepcopy(base)
    for key, value in more.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def run_of(name):
    rows = load("runs.json")["runs"]
    row = rows[name]
    base = run_of(row["like"]) if "like" in row else {}
    base.pop("hidden", None)
    return merged(base, row)


def names():
    return [n for n, row in load("runs.json")["runs"].items() if not row.get("hidden")]


def upgrade_of(run):
    return run["upgrade"]["block"] if run.get("upgrade") else None


# ---- one run, blind ----


def write(folder, name, value):
    with open(os.path.join(folder, name), "w") as f:
        f.write(value if isinstance(value, str) else json.dumps(value) + "\n")


def judge(name, run, real, of_model):
    chance, lost = ([int(n) for n in real.get(what, {})] for what in ("chance", "lost"))
    verdict = compare.compare(real["blocks"], of_model, upgrade_of(run), run.get("restart"), chance, lost, real.get("contested", ()))
    print("%s: %s" % (name, run["says"]))
    print(compare.text(verdict, run.get("restart")), flush=True)
    return verdict


class Result:
    """The folder of a run, and what is told on the way."""

    def __init__(self, name):
        self.name, self.folder = name, os.path.join(RESULTS, "%s-%s" % (name, time.strftime("%Y%m%d-%H%M%S", time.gmtime())))
        os.makedirs(self.folder)

    def tell(self, what):
        line = "%s %s" % (time.strftime("%H:%M:%S", time.gmtime()), what)
        print("fidelity: %s: %s" % (self.name, line), file=sys.stderr, flush=True)
        with open(os.path.join(self.folder, "told"), "a") as f:
            f.write(line + "\n")

    def of_nodes(self, make):
        """What make(scratch folder, tell) measures; kept with the nodes' logs."""
        with tempfile.TemporaryDirectory(prefix="doppel-fidelity-") as scratch:
            os.symlink(scratch, os.path.join(self.folder, "nodes"))
            try:
                real = make(scratch, self.tell)
            finally:
                os.unlink(os.path.join(self.folder, "nodes"))
                peers.keep_logs(scratch, self.folder)
        write(self.folder, "real.json", real)
        return real

    def end(self, table):
        write(self.folder, "table.txt", table)
        self.tell("kept in %s" % os.path.relpath(self.folder, peers.ROOT))


def make(name):
    run = run_of(name)
    peers.check(run)
    result = Result(name)
    of_model = model.predict(run, name, result.folder)
    write(result.folder, "model.json", of_model)
    result.tell("the model's series is written; real nodes start (about %d minutes)" % run["minutes"])
    verdict = judge(name, run, result.of_nodes(lambda scratch, tell: peers.real(run, scratch, tell)), of_model)
    result.end(compare.text(verdict, run.get("restart")))
    return 1 if verdict.outs else 0


def make_values(name):
    peers.check(kept_values.needed(name))
    result = Result(name)
    of_model = kept_values.predict(name, result.folder)
    write(result.folder, "model.json", of_model)
    found = dict(result.of_nodes(lambda scratch, tell: kept_values.make(name, scratch, tell)), model=of_model)
    outs = kept_values.judge(name, found)
    table = kept_values.table(name, found) + "".join("OUT: %s\n" % out for out in outs)
    print("%s: %s\n%s" % (name, kept_values.SAYS[name], table))
    result.end(table)
    return 1 if outs else 0


def make_any(name):
    if name == "plain":
        return plain.main(SECONDS)
    return make_values(name) if name in kept_values.SAYS else make(name)


# ---- what is kept ----


def kept(only):
    """[(name, run, row of series.json)] in its order."""
    rows = load("series.json")["series"]
    return [(row["name"], merged(run_of(row["run"]), row.get("but", {})), row) for row in rows if not only or row["name"] in only]


def beside_kept(only):
    worst = 0
    for name, run, row in kept(only):
        with tempfile.TemporaryDirectory(prefix="doppel-fidelity-") as folder:
            of_model = model.predict(run, name, folder)
        print("-- " + row["source"])
        for number, why in row.get("chance", {}).items():
            print("-- #%s is left out: %s" % (number, why))
        for number, why in row.get("lost", {}).items():
            print("-- #%s lacks by chance what the model has: %s" % (number, why))
        verdict = judge(name, run, row, of_model)
        worst = max(worst, 1 if verdict.outs else 0)
    return worst


def shape_here(only):
    """The plans of kept rows on the pair of the checkout, a network of another size, by landmarks alone."""
    worst = 0
    for name, run, row in kept(only):
        if "here" not in run or "restart" in run:
            continue
        with tempfile.TemporaryDirectory(prefix="doppel-fidelity-") as folder:
            of_model = model.predict(dict(run, spec=run["here"]), name, folder)
        outs = compare.compare_shape(row["blocks"], of_model, upgrade_of(run), [int(n) for n in row.get("lost", {})])
        print("\n".join(["%s, by its shape, on %s: %s" % (name, run["here"], "OUT" if outs else "ok"), *outs]))
        worst = max(worst, 1 if outs else 0)
    return worst


def dumped(series):
    """series.json, a line for each block."""
    rows = [dict(row, blocks="blocks of %d" % i) for i, row in enumerate(series["series"])]
    out = json.dumps(dict(series, series=rows), indent=2, ensure_ascii=False)
    for i, row in enumerate(series["series"]):
        lines = ",\n        ".join(json.dumps(b) for b in row["blocks"])
        out = out.replace('"blocks of %d"' % i, "[\n        %s\n      ]" % lines)
    return out + "\n"


def keep(folder):
    name = os.path.basename(folder.rstrip("/")).rsplit("-", 2)[0]
    run, series = run_of(name), load("series.json")
    with open(os.path.join(folder, "real.json")) as f:
        real = json.load(f)
    when = time.strftime("%Y-%m-%d", time.strptime(folder.rstrip("/").rsplit("-", 2)[1], "%Y%m%d"))
    env = " ".join("%s=%s" % e for e in sorted(run.get("env", {}).items()))
    series["series"].append({"name": name, "run": name, "source": "%s%s, `make fidelity RUN=%s`, %s" % (
        run["node"], " with " + env if env else "", name, when), **real})
    write(HERE, "series.json", dumped(series))
    return 0


# ---- the command line ----


def listed():
    print("%-22s %2d min  %s" % ("plain", 5, "two validators, no parachains, 180 s from their first block"))
    for name in names():
        run = run_of(name)
        print("%-22s %2d min  %s" % (name, run["minutes"], run["says"]))
    for name, says in kept_values.SAYS.items():
        print("%-22s %2d min  %s" % (name, 6, says))
    return 0


def some(wanted):
    all_names = ["plain", *names(), *kept_values.SAYS]
    unknown = [n for n in wanted if n not in all_names]
    if unknown:
        print("fidelity: no run is called %s; --list names them" % unknown[0], file=sys.stderr)
        return 2
    codes = []
    for name in wanted or all_names:
        try:
            codes.append(make_any(name))
        except peers.Failed as why:  # the others are made all the same
            print("fidelity: %s: %s" % (name, why), file=sys.stderr)
            codes.append(1)
    return max(codes)


def main(arguments):
    flag = arguments[0] if arguments and arguments[0].startswith("-") else ""
    rest = arguments[1:] if flag else arguments
    ways = {"": some, "--list": lambda _: listed(), "--kept": beside_kept, "--here": shape_here, "--keep": lambda of: keep(of[0]),
            "--setup": lambda _: peers.setup(), "--self-test": lambda _: compare.self_test(), "--logs": lambda logs: plain.main(["--logs", *logs])}
    if flag not in ways:
        print(__doc__)
        return 0 if flag in ("-h", "--help") else 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nodes are stopped on the way out
    try:
        return ways[flag](rest)
    except peers.Absent as why:
        print("fidelity: %s" % why, file=sys.stderr)
        return 4
    except peers.Failed as why:
        print("fidelity: %s" % why, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
