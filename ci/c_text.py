"""c_text.py - C sources as ci/floor.py sees them: code without comments and strings, where the
comments are, and what a file declares. It reads the C of this tree, which clang-format has laid
out; it is no parser of C.
"""
import collections, re, subprocess

INTEGERS = {"char", "int", "unsigned", "long", "size_t", "dg_ns", "dg_sim_local", "unsigned char", "unsigned long"}
INTEGERS |= {"%sint%d_t" % (u, n) for u in ("", "u") for n in (8, 16, 32, 64)}
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\)\)\s*(?=;|\{|$)|_Noreturn\b", re.S)


Function = collections.namedtuple("Function", "first last name taken body")  # taken: its parameters, as text


class File:
    """One source file. `code` is as long as `text`: comments and the insides of strings are
    blanks in it; in `bare`, lines of the preprocessor are blanks too."""

    def __init__(self, path):
        self.path = path
        self.text = open(path, encoding="utf-8").read()
        self.lines = self.text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.comments, self.strings = [], []  # (first line, last line, text), 1-based; (line, text)
        self.code = TOKEN.sub(self._blank, self.text)
        self.bare = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m.group()), self.code, flags=re.M)

    def _blank(self, m):
        found, line = m.group(), self.line_of(m.start())
        if found[0] == "/":
            self.comments.append((line, line + found.count("\n"), found))
            return re.sub(r"[^\n]", " ", found)
        if found[0] == '"':
            self.strings.append((line, found[1:-1]))
        return found[0] + " " * (len(found) - 2) + found[-1]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def statements(self):
        """(first line, last line, text) of everything at file scope: a declaration with its `;`,
        or a function with its body."""
        depth, start, at, code = 0, None, 0, self.bare
        for m in re.finditer(r"[{}();]|[^\s{}();]+", code):
            t, at = m.group(), m.start()
            if start is None and t != ";":
                start = at
            depth += (t in "({") - (t in ")}")
            if start is None or depth or t not in ";}":
                continue
            if t == "}" and not re.match(r"[^;{]*\)\s*$", code[start:code.index("{", start)]):
                continue  # a struct, an enum, a table: its `;` is still to come
            yield self.line_of(start), self.line_of(at), code[start:at + 1]
            start = None

    def functions(self):
        """Each prototype and definition, as a Function."""
        for first, last, s in self.statements():
            head = ATTRIBUTE.sub("", s.split("{")[0].rstrip("; \n"))
            m = re.match(r"(?!typedef\b)[\w\s*]*?\b(\w+)\s*\(((?:[^()]|\([^()]*\)|\(\*\w+\)\([^()]*\))*)\)\s*$", head, re.S)
            if m and "=" not in head:
                yield Function(first, last, m.group(1), m.group(2), s[s.index("{"):] if "{" in s else None)

    def types(self):
        """(line, name) of what typedef names and of tags that are given members."""
        for first, _, s in self.statements():
            names = re.findall(r"\b(?:struct|enum|union)\s+(\w+)\s*\{", s)
            if s.startswith("typedef"):
                m = re.match(r"typedef\s+[^{]*?\(\s*\*\s*(\w+)\s*\)", s) or re.search(r"(\w+)\s*(?:\[[^]]*\]\s*)?;$", s)
                names.append(m.group(1))
            for name in dict.fromkeys(names):
                yield first, name

    def constants(self):
        """(line, name, tag of its enum or None) of macros that outlive the file, and enumerators."""
        undone = set(re.findall(r"^[ \t]*#[ \t]*undef[ \t]+(\w+)", self.code, re.M))
        for m in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", self.code, re.M):
            if m.group(1) not in undone:
                yield self.line_of(m.start()), m.group(1), None
        for m in re.finditer(r"\benum\b\s*(\w*)\s*\{([^}]*)\}", self.bare):
            at = m.start(2)
            for part in re.split(r",(?![^()]*\))", m.group(2)):
                name = re.match(r"\s*(\w+)\s*(?:=|$)", part)
                if name:
                    yield self.line_of(at + name.start(1)), name.group(1), m.group(1) or None
                at += len(part) + 1

    def structs(self):
        """(name, number of fields) of each struct at file scope; the fields of what is nested in
        it count too."""
        for _, _, s in self.statements():
            m = re.match(r"(?:typedef\s+)?struct\s*(\w*)\s*\{([^=]*)\}\s*(\w*)\s*;$", s)
            if m:
                inner = re.sub(r"\([^()]*\)|\benum\b[^{;]*\{[^}]*\}", "", m.group(2))
                inner = re.sub(r"\b(?:struct|union)\b[^{;]*\{", ";", inner).replace("}", "")
                yield m.group(1) or m.group(3), sum(1 + part.count(",") for part in inner.split(";") if part.strip())


def parameters(text):
    """The types of a parameter list: `dg_trie *` for a pointer or an array, without const."""
    for part in re.split(r",(?![^()]*\))", text):
        part = re.sub(r"\bconst\b|\bstruct\b", "", part).strip()
        if "*" in part:
            yield part.split("*")[0].strip() + " *"
        elif "[" in part:
            yield part.split("[")[0].rsplit(" ", 1)[0] + " *"
        elif part and part != "void":
            yield part.rsplit(" ", 1)[0]


def symbols(objects):
    """{object: (defined, undefined)}: names with external linkage, as nm tells them."""
    table = {o: (set(), set()) for o in objects}
    if objects:
        out = subprocess.run(["nm", "-A", "-g"] + list(objects), check=True, stdout=subprocess.PIPE, text=True).stdout
        for line in out.splitlines():
            where, rest = line.rsplit(":", 1)
            kind, name = rest.split()[-2:]
            if kind in "wv":
                continue
            table[where][kind == "U"].add(name)
    return table


def circle(arrows):
    """The largest set of nodes each of which reaches every other (Tarjan); [] if none has two."""
    order, low, stack, best = {}, {}, [], []

    def visit(v):
        nonlocal best
        order[v] = low[v] = len(order)
        stack.append(v)
        for w in arrows.get(v, ()):
            if w not in order:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], order[w])
        if low[v] == order[v]:
            found = []
            while not found or found[-1] != v:
                found.append(stack.pop())
            if len(found) > max(1, len(best)):
                best = sorted(found)

    for v in sorted(arrows):
        if v not in order:
            visit(v)
    return best
