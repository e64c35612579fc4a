"""Two series of blocks, real and model, place by place, and what of a difference is chance.

A series is a list of [number, slot, session, author, backed, included]; slot and author may be
None; backed and included are counts or lists of parachains. Slots are lost by chance and by
the gap in which N is compiled, so a block is known by its place: the how-manieth it is of its
session, and, in the session of U, of those from U on.

Exact are, in each such stretch: the first block that backs, the first that is full, the last
one before nothing is backed any more, and that the first block of a session is as it is. A
block may differ by a single candidate, which is named; the candidates lost so must be few.
"""
import collections, itertools

SINGLES = 20  # at most one candidate in so many, and one more in each stretch
QUIET = 3  # blocks in a row without a candidate are no cadence any more

Row = collections.namedtuple("Row", "number slot session author backed included")
Verdict = collections.namedtuple("Verdict", "rows singles outs")


def count(of):
    """None where it is not known."""
    return of if of is None or isinstance(of, int) else len(of)


def rows_of(series, left_out=()):
    return [Row(*b) for b in series if b[0] not in left_out]


# ---- places ----


def stretches(rows, upgrade):
    """{name of a stretch: its rows}; the first of each session and U itself begin one."""
    out = collections.OrderedDict()
    begins = [r.number for r in rows if r.number == upgrade] or [None]
    for r in rows:
        after = begins[0] is not None and r.number >= begins[0]
        of_upgrade = after and r.session == [q.session for q in rows if q.number == begins[0]][0]
        out.setdefault(("U" if of_upgrade else "session %d" % r.session), []).append(r)
    return out


def place(name, k):
    return name if not k else "%s+%d" % (name, k)


# ---- landmarks ----


def landmarks(rows, full):
    """The first that backs, the first that is full but for one in three, the last before a quiet end."""
    backs = [k for k, r in enumerate(rows) if count(r.backed)]
    fulls = [k for k, r in enumerate(rows) if 3 * count(r.backed) >= 2 * full]
    return {"first block that backs": backs[0] if backs else None,
            "first full block": fulls[0] if fulls else None,
            "last block before nothing is backed": backs[-1] if backs and len(rows) - backs[-1] > QUIET else None}


def check_landmarks(name, real, model, full):
    """In as many blocks as both have."""
    both = min(len(real), len(model))
    a, b = landmarks(real[:both], full), landmarks(model[:both], full)
    return ["%s: %s: real %s, model %s" % (name, what, *(("none" if at is None else place(name, at)) for at in (a[what], b[what])))
            for what in a if a[what] != b[what]]


# ---- single candidates ----


def slips(real, model, full, everyone):
    """Candidates that came a block later, where every second block is full: (number, para, how)
    of each, and the parachains' places as they would be without. None where that is not how it is."""
    counts = [count(r.backed) for r in model]
    if any(c not in (0, full) for c in counts) or any(isinstance(r.backed, int) for r in real):
        return None
    wanted, out = [k for k, c in enumerate(counts) if c], []
    if any(b - a == 1 for a, b in zip(wanted, wanted[1:])):
        return None
    for para in sorted(everyone):
        have, late = {k for k, r in enumerate(real) if para in r.backed}, 0
        for k in wanted:
            if k + late < len(real) and k + late not in have and k + late + 1 in have:
                out.append((real[k + late].number, para, "a block late from here on"))
                late += 1
            elif k + late == len(real) - 1 and k + late not in have:
                out.append((real[k + late].number, para, "not in the last block that was read"))
            elif k + late < len(real) and k + late not in have:
                return None
            have.discard(k + late)
        if have:
            return None
    return out


def check_singles(name, real, model, full, everyone, compiled):
    """(singles, outs) of a stretch. `compiled`: number of the first block after U, whose author may
    have been the first to end its compile, or the last: bitfields of the others were too late for
    it, or not. What it includes, and backs of the cores that are free by that, is chance."""
    late = slips(real, model, full, everyone)
    if late is not None:
        return ["#%d %d: %s" % s for s in late], []
    singles, outs = [], []
    for k, (r, m) in enumerate(zip(real, model)):
        if r.number == compiled:
            if (count(r.backed), count(r.included)) != (count(m.backed), count(m.included)):
                singles.append("#%d (%s), right after the compile: %s backed and %s included, model %d and %d" % (
                    r.number, place(name, k), *(paras(of, 0) for of in (r.backed, r.included)), count(m.backed), count(m.included)))
            continue
        for what in ("backed", "included"):
            a, b = count(getattr(r, what)), count(getattr(m, what))
            if a is None or a == b:
                continue
            if abs(a - b) == 1:
                singles.append("#%d (%s): %d %s, model %d" % (r.number, place(name, k), a, what, b))
            else:
                outs.append("#%d (%s): %d %s, model %d" % (r.number, place(name, k), a, what, b))
    return singles, outs


# ---- authors of two kinds ----


def yields(rows, pending, full, kind_of):
    """{kind of author: {what its blocks backed of the cores that were free: blocks}}; `pending` before."""
    out = {}
    for r in rows:
        free, backed = full - pending, count(r.backed)
        if free > 0:
            word = "nothing" if not backed else "all" if backed >= free else "a part"
            out.setdefault(kind_of(r), collections.Counter())[word] += 1
        pending += backed - min(pending, count(r.included) or 0)
    return out


def check_authors(real, model, full, restarted):
    """From U on, where one node was started anew. Who authors a slot is chance; what an author of each
    kind backs of the free cores is not, up to the first block of the next session, whose author
    still goes by the old one; from then on all authors back all. A restarted one may back nothing
    where no collator has reached it yet."""
    outs, ways = [], []
    for side in (real, model):
        rows = [r for name, of in side.items() for r in of if "U" in side and (name == "U" or r.number > side["U"][0].number)]
        turn = len(side["U"]) + 1
        way = yields(rows[1:turn], count(rows[0].backed), full, lambda r: "restarted" if r.author == restarted else "not restarted")
        way.update(yields(rows[turn:], 0, full, lambda r: "in the next session"))  # its begin drops what is pending
        anew = way.get("restarted", {})
        if len(anew) > 1 or sum(anew.values()) < QUIET:
            anew.pop("nothing", None)
        ways.append(way)
    for kind in ("not restarted", "restarted", "in the next session"):
        a, b = (way.get(kind, {}) for way in ways)
        if set(a) != set(b) and a and b:
            outs.append("authors %s: real %s, model %s" % (kind, dict(a), dict(b)))
    return outs


# ---- all of it ----


def compare(real, model, upgrade=None, restarted=None, chance=(), lost=(), contested=()):
    """A Verdict. `chance`: numbers of real blocks that a log shows to be lost by chance; they are
    left out, so that what follows comes a block later. `lost`: blocks that lack by chance what the
    model has there. Both are named by whoever keeps the series. `contested`: blocks that had siblings. What
    follows one may back nothing, as the collators built for another; where one or two such blocks
    left out settle it, they are named."""
    verdict = compare_once(real, model, upgrade, restarted, chance, lost)
    may = [b[0] for a, b in zip(real, real[1:]) if a[0] in contested and a[2] == b[2] and not count(b[4])]
    for some in [*itertools.combinations(may, 1), *itertools.combinations(may, 2)] if verdict.outs else []:
        other = compare_once(real, model, upgrade, restarted, [*chance, *some], lost)
        if not other.outs:
            named = ["#%d backs nothing: its parent had siblings, and candidates were for another" % n for n in some]
            return other._replace(singles=named + other.singles)
    return verdict


def found_again(real, model, lost):
    """The real rows, those that lost something by chance with what the model's has at its place."""
    return [r._replace(backed=model[k].backed, included=model[k].included) if r.number in lost and k < len(model) else r
            for k, r in enumerate(real)]


def compare_once(real, model, upgrade, restarted, chance, lost):
    real, model = stretches(rows_of(real, chance), upgrade), stretches(rows_of(model), upgrade)
    full = max((count(r.backed) for rows in model.values() for r in rows), default=0)
    everyone = {p for rows in real.values() for r in rows if not isinstance(r.backed, int) for p in r.backed}
    table, singles, outs, candidates, last = [], [], [], 0, list(real)[-1]
    for name, of_real in real.items():
        of_model = model.get(name, [])
        table += [(place(name, k), of_real[k] if k < len(of_real) else None, of_model[k] if k < len(of_model) else None)
                  for k in range(len(of_real) if name == last else max(len(of_real), len(of_model)))]
        candidates += sum(count(r.backed) for r in of_real)
        of_real = real[name] = found_again(of_real, of_model, lost)
        if not of_model:
            outs.append("%s: the model has no block there" % name)
        elif restarted is None or upgrade > of_real[0].number:
            outs += check_landmarks(name, of_real, of_model, full)
            more, bad = check_singles(name, of_real, of_model, full, everyone, upgrade + 1 if upgrade else None)
            singles, outs = singles + more, outs + bad
    if restarted is not None:
        outs += check_authors(real, model, full, restarted)
    if len(singles) > len(real) + candidates // SINGLES:
        outs.append("%d single candidates differ, of %d" % (len(singles), candidates))
    return Verdict(table, singles, outs)


def compare_shape(real, model, upgrade, lost):
    """The landmarks alone, each side by its own fullest block: for a network of another size. What U
    lost by chance is as much as that side's fullest."""
    sides = [stretches(rows_of(series), upgrade) for series in (real, model)]
    fulls = [max((count(r.backed) for rows in side.values() for r in rows), default=0) for side in sides]
    outs = []
    for name, of_real in sides[0].items():
        of_model = sides[1].get(name, [])
        both = min(len(of_real), len(of_model))
        of_real = [r._replace(backed=fulls[0]) if r.number in lost and r.number == upgrade else r for r in of_real]
        a, b = landmarks(of_real[:both], fulls[0]), landmarks(of_model[:both], fulls[1])
        outs += ["%s: %s: real %s, model %s" % (name, what, a[what], b[what]) for what in a if a[what] != b[what]]
    return outs


# ---- in words ----


def paras(of, most):
    """Counts, and which parachains where not all."""
    if of is None or isinstance(of, int):
        return "-" if of is None else str(of)
    return str(len(of)) if len(of) in (0, most) else "%d (%s)" % (len(of), " ".join(map(str, of)))


def text(verdict, restarted=None):
    most = max((count(r.backed) for _, *two in verdict.rows for r in two if r), default=0)
    busy = [k for k, (_, *two) in enumerate(verdict.rows) if any(r and (count(r.backed) or count(r.included)) for r in two)]
    quiet = max((busy or [len(verdict.rows)])[0] - 1, 0)  # leading rows in which nobody did anything
    lines = ["%-14s %-34s %s" % ("", "real", "model"), "%-14s %-34s %s" % ("place", *("block author backed included",) * 2)]
    lines += ["(nothing in %d blocks before, on either side)" % quiet] if quiet else []
    for where, *two in verdict.rows[quiet:]:
        sides = ["" if r is None else "#%-4d %-6s %-9s %s" % (
            r.number, "-" if r.author is None else "%d%s" % (r.author, "*" if r.author == restarted else ""),
            paras(r.backed, most), paras(r.included, most)) for r in two]
        lines.append(("%-14s %-34s %s" % (where, *sides)).rstrip())
    lines += ["by chance: " + s for s in verdict.singles] + ["OUT: " + s for s in verdict.outs]
    return "\n".join(lines) + "\n"


# ---- the comparison itself ----


def self_test():
    """Series that differ in one thing each: what is found, and what is not held against them."""
    def series(changed=()):
        out = []
        for n in range(1, 41):
            session, k = (n - 1) // 20, (n - 1) % 20
            backs = session > 0 and k and k % 2 and not 26 < n <= 40
            out.append([n, None, session, n % 3, [1, 2, 3] if backs else [], []])
        for n, of in changed:
            out[n - 1][4] = of
        return out

    def model(changed=()):
        return [[*b[:4], len(b[4]), 0] for b in series(changed)]

    def anew(*backed):
        """U is #25, from #27 on authors 1 and 2 take turns; 2 was started anew. What one backs the next includes."""
        of = [3, 0, *backed]
        return [[25 + k, None, 1 if k < len(of) - 1 else 2, 1 + k % 2, b, of[k - 1] if k else 0] for k, b in enumerate(of)]

    cases = [
        ("as it is", series(), model(), False),
        ("a candidate less", series([(24, [1, 3])]), model(), False),
        ("a candidate a block late, and on", series([(22, [1, 2]), (23, [3]), (24, [1, 2]), (25, [3])]), model(), False),
        ("two candidates less", series([(24, [1])]), model(), True),
        ("the stall begins a block later", series([(28, [1, 2, 3])]), model(), True),
        ("one candidate in the stall", series([(33, [1])]), model(), True),
        ("the model heals too early", series(), model([(38, [1, 2, 3])]), True),
        ("the model does not stall", series(), model([(n, [1, 2, 3]) for n in range(28, 41, 2)]), True),
        ("one candidate in each block of the stall", series(), model([(n, [1]) for n in range(29, 41)]), True),
    ]
    wrong = [what for what, real, of_model, bad in cases if bool(compare(real, of_model, 26).outs) != bad]
    usual = anew(0, 3, 0, 3, 0, 3)
    for what, other, bad in (("authors as they are", usual, False), ("not always in time", anew(0, 0, 0, 3, 0, 3), False),
                             ("one that was not started anew backs", anew(3, 0, 3, 0, 3, 0), True),
                             ("one that was started anew does not", anew(0, 0, 0, 0, 0, 0), True)):
        wrong += [what] if bool(compare(usual, other, 25, 2).outs) != bad else []
    if len(compare(series([(26, [1, 2])]), model(), 26).singles) != 1:
        wrong.append("a parachain that U alone lacks")
    for what in wrong:
        print("compare: %s: not as it should be" % what)
    return 1 if wrong else 0
