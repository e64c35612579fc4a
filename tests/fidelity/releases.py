#!/usr/bin/env python3
"""releases.py [WORD..] - reads in the published crates what releases.json says of releases.

Fetches with cargo the few versions that each row names and looks for its pattern: it must be in
those of `with`, and not in those of `without`, which are the neighbours that make the edge exact.
The first and the last of `with` must be of the releases `from` and `to`. With words, only rows
that have them all. Exit: 0 all is so, 1 not, 4 no cargo or no crates here.
"""
import glob, json, os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
CARGO = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
BEHIND = {"polkadot-node-core-prospective-parachains": 1, "polkadot-cli": -5}  # majors to those of the others
CLI = {"38": "v1.24", "39": "v1.25", "40": "v1.24", "41": "v1.25"}
OF_PRIMITIVES = re.compile(r'NODE_VERSION: &[^=]*= "1\.(\d+)\.')
# v1.0 to v1.2 do not say it there; v1.14 and patched releases were published without new primitives
UNSAID = ("1", "2", "3", "15")


def folder(crate, version):
    found = glob.glob(os.path.join(CARGO, "registry/src/*", "%s-%s" % (crate, version)))
    if not found:
        try:
            subprocess.run(["cargo", "info", "--quiet", "%s@%s" % (crate, version)], stdout=subprocess.DEVNULL, check=True)
        except (OSError, subprocess.CalledProcessError) as why:
            print("releases: no %s %s here (%s)" % (crate, version, why), file=sys.stderr)
            sys.exit(4)
        found = glob.glob(os.path.join(CARGO, "registry/src/*", "%s-%s" % (crate, version)))
    return found[0]


def text(crate, version, path):
    try:
        with open(os.path.join(folder(crate, version), path)) as f:
            return f.read()
    except FileNotFoundError:
        return ""


def release_of(crate, version, majors):
    major = version.split(".")[0]
    if crate == "polkadot-cli":
        return CLI[major]
    return majors[str(int(major) + BEHIND.get(crate, 0))]


def wrong_in(row, majors):
    found = lambda v: bool(re.search(row["pattern"], text(row["crate"], v, row["file"])))
    yield from ("%s lacks it" % v for v in row["with"] if not found(v))
    yield from ("%s has it" % v for v in row["without"] if found(v))
    for end, version in (("from", row["with"][0]), ("to", row["with"][-1])):
        if end in row and release_of(row["crate"], version, majors) != row[end]:
            yield "%s is of %s, not %s" % (version, release_of(row["crate"], version, majors), row[end])


def wrong_majors(majors):
    """The release of a major, by the primitives that statement distribution of it needs."""
    for major, release in majors.items():
        manifest = text("polkadot-statement-distribution", major + ".0.0", "Cargo.toml")
        needs = re.search(r'\[dependencies\.polkadot-node-primitives\]\nversion = "([\d.]+)"', manifest)
        said = OF_PRIMITIVES.search(text("polkadot-node-primitives", needs.group(1), "src/lib.rs"))
        if major not in UNSAID and (not said or "v1." + said.group(1) != release):
            yield "crates %s are of v1.%s, not %s" % (major, said and said.group(1), release)


def main(words):
    with open(os.path.join(HERE, "releases.json")) as f:
        table = json.load(f)
    rows = [r for r in table["rows"] if all(w in json.dumps(r) for w in words)]
    wrong = [] if words else list(wrong_majors(table["majors"]))
    for row in rows:
        wrong += ["%s: %s: %s" % (row["says"], row["crate"], w) for w in wrong_in(row, table["majors"])]
    print("\n".join(wrong + ["%d rows read, %d statements are wrong" % (len(rows), len(wrong))]))
    sys.exit(1 if wrong or not rows else 0)


main(sys.argv[1:])
