#!/usr/bin/env python3
"""node.py STATE [CERT KEY] - a node of one block on loopback, with a trie of its own making.

STATE: accounts:N:V (N accounts and two child tries in state version V; V `mixed`: every third value
in version 0), low:N:V (the same with no key in the upper half of all keys), or a raw spec (version 0). Prints its port and the block's hash, state root and key
count, and serves until stdin ends. The path says how it misbehaves, as that of tests/rpc/server.py,
but the entries of the list are taken in turn: /ok,ok,500 fails each third time. Of another network
port it would be the same node: endpoints are paths.
"""
import hashlib, http.server, json, os, random, socket, ssl, struct, sys, threading

CHILD = b":child_storage:default:"
SYSTEM = bytes.fromhex("26aa394eea5630e07c48ae0c9558cef7")  # TwoX 128 of that name


def b2(data, size=32):
    return hashlib.blake2b(data, digest_size=size).digest()


def compact(n):
    if n < 64:
        return bytes([n << 2])
    if n < 1 << 14:
        return struct.pack("<H", n << 2 | 1)
    return struct.pack("<I", n << 2 | 2)


class Node:
    """A node of a base-16 patricia trie over sorted (nibbles, key, value, version)."""

    def __init__(self, entries, depth):
        first, last = entries[0][0], entries[-1][0]
        end = depth
        while end < min(len(first), len(last)) and first[end] == last[end]:
            end += 1
        self.partial, self.value, self.kids = first[depth:end], None, {}
        if len(first) == end:
            self.value = entries[0]
            entries = entries[1:]
        at = 0
        while at < len(entries):
            nibble, to = entries[at][0][end], at
            while to < len(entries) and entries[to][0][end] == nibble:
                to += 1
            self.kids[nibble] = Node(entries[at:to], end + 1)
            at = to
        self.hashed = self.value is not None and self.value[3] == 1 and len(self.value[2]) >= 33
        self.bytes = self.encode()

    def encode(self):
        if not self.kids:
            bits, most = (0x20, 31) if self.hashed else (0x40, 63)
        elif self.value is None:
            bits, most = 0x80, 63
        else:
            bits, most = (0x10, 15) if self.hashed else (0xC0, 63)
        n = len(self.partial)
        out = bytearray([bits | min(n, most)])
        if n >= most:
            rest = n - most
            while rest >= 255:
                out.append(255)
                rest -= 255
            out.append(rest)
        p = ([0] if n % 2 else []) + list(self.partial)
        out += bytes(p[i] << 4 | p[i + 1] for i in range(0, len(p), 2))
        if self.kids:
            out += struct.pack("<H", sum(1 << k for k in self.kids))
        if self.value is not None:
            v = self.value[2]
            out += b2(v) if self.hashed else compact(len(v)) + v
        for k in sorted(self.kids):
            m = self.kids[k].merkle()
            out += compact(len(m)) + m
        return bytes(out)

    def merkle(self):
        return self.bytes if len(self.bytes) < 32 else b2(self.bytes)


class Trie:
    def __init__(self, pairs):
        self.pairs = dict((k, v) for k, v, _ in pairs)
        self.keys = sorted(self.pairs)
        entries = sorted(([n for b in k for n in (b >> 4, b & 15)], k, v, s) for k, v, s in pairs)
        self.top = Node(entries, 0) if entries else None
        self.root = b2(self.top.bytes if self.top else b"\0")

    def prove(self, keys):
        out = {}
        for key in keys:
            rest, node = [n for b in key for n in (b >> 4, b & 15)], self.top
            while node:
                if node is self.top or len(node.bytes) >= 32:
                    out[node.bytes] = 1
                n = len(node.partial)
                if rest[:n] != node.partial:
                    break
                rest = rest[n:]
                if not rest:
                    if node.hashed:
                        out[node.value[2]] = 1
                    break
                node, rest = node.kids.get(rest[0]), rest[1:]
        return list(out)


# ---- the state ----

children = {}
what = sys.argv[1]
if what.startswith(("accounts:", "low:")):
    count, version = int(what.split(":")[1]), what.split(":")[2]
    draw = random.Random(7)

    def form(i):
        return (0 if i % 3 == 0 else 1) if version == "mixed" else int(version)

    # Prefixes as uneven as those of real states; a few values that are huge.
    pairs = []
    for i in range(count):
        prefix = SYSTEM if i % 10 < 7 or what.startswith("low:") else b2(b"Pallet%d" % (i % 7), 16)
        pairs.append((prefix + b2(b"%d" % i), draw.randbytes(draw.choice([0, 1, 16, 32, 33, 80, 80, 80])), form(i)))
    pairs.append((b":code", draw.randbytes(300000), form(1)))
    pairs.append((b":heappages", b"\0\10", form(2)))
    for c in range(2):
        t = Trie([(b2(b"c%d-%d" % (c, i)), draw.randbytes(40), form(i)) for i in range(60 + c)])
        children[CHILD + b"child%d" % c] = t
        pairs.append((CHILD + b"child%d" % c, t.root, form(1)))
else:
    raw = json.load(open(what))["genesis"]["raw"]
    pairs = [(bytes.fromhex(k[2:]), bytes.fromhex(v[2:]), 0) for k, v in raw["top"].items()]
trie = Trie(pairs)

NUMBER = 7


def header(number, root):
    return {
        "parentHash": "0x" + "11" * 32 if number else "0x" + "00" * 32,
        "number": hex(number),
        "stateRoot": "0x" + root.hex(),
        "extrinsicsRoot": "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
        "digest": {"logs": ["0x0642414245340200000000a5a5a50000000000"] if number else []},
    }


def encode(h):
    out = bytes.fromhex(h["parentHash"][2:]) + compact(int(h["number"], 16))
    out += bytes.fromhex(h["stateRoot"][2:]) + bytes.fromhex(h["extrinsicsRoot"][2:])
    logs = h["digest"]["logs"]
    return out + compact(len(logs)) + b"".join(bytes.fromhex(l[2:]) for l in logs)


genesis = header(0, b"\1" * 32)
pinned = header(NUMBER, trie.root)
later = [header(NUMBER + 1 + i, b"\2" * 32) for i in range(40)]
blocks = {"0x" + b2(encode(h)).hex(): h for h in [genesis, pinned] + later}
by_number = {int(h["number"], 16): hash for hash, h in blocks.items()}
AT = by_number[NUMBER]


class Gone(Exception):
    pass


class Lacking(Exception):
    pass


def pages(t, prefix, count, start):
    return [k for k in t.keys if k.startswith(prefix) and (start is None or k > start)][:count]


def unhex(text):
    return bytes.fromhex(text[2:])


def hexed(data):
    return None if data is None else "0x" + data.hex()


lacks = {
    "noproofs": ("state_getReadProof", "state_getChildReadProof"),
    "nopairs": ("state_getKeysPaged", "state_queryStorageAt", "childstate_getKeysPaged"),
}
moves = [0]


def call(method, p, how, n):
    lacking, _, rest = how.partition("+")
    if method in lacks.get(lacking, ()):
        raise Lacking()
    how = rest or how
    if method == "system_chain":
        return "Test Chain"
    if method == "chain_getBlockHash":
        if how == "chain":
            return "0x" + "ee" * 32
        return by_number.get(p[0]) if p else AT
    if method == "chain_getFinalizedHead":
        if how == "moves":
            moves[0] += 1
            return by_number[min(NUMBER + moves[0], NUMBER + 40)]
        return AT
    if method == "chain_getHeader":
        h = blocks.get(p[0]) if p else pinned
        return dict(h, number="0x8") if how == "header" else h
    if method in ("state_getReadProof", "state_getChildReadProof"):
        if p[-1] != AT or how == "pruned":
            raise Gone()
        t = trie if len(p) == 2 else children[unhex(p[0])]
        proof = t.prove([unhex(k) for k in p[-2]])
        if how == "lack":
            proof = proof[: len(proof) // 2]
        if how == "lie":
            proof[-1] = proof[-1][:-1] + bytes([proof[-1][-1] ^ 1])
        if how == "swap":
            proof.reverse()
        return {"at": by_number[0] if how == "other" else AT, "proof": [hexed(b) for b in proof]}
    if method in ("state_getKeysPaged", "childstate_getKeysPaged"):
        t = trie if method[0] == "s" else children[unhex(p[0])]
        prefix, count, start, at = p[-4:]
        if at != AT or how == "pruned":
            raise Gone()
        if how == "repeat":
            start = None
        keys = pages(t, unhex(prefix), count, None if start is None else unhex(start))
        if how == "swap":
            keys.reverse()
        if how == "lack" and len(keys) > 2:
            keys.pop(1)
        return [hexed(k) for k in keys]
    if method in ("state_queryStorageAt", "childstate_getStorageEntries"):
        if p[-1] != AT or how == "pruned":
            raise Gone()
        t = trie if method[0] == "s" else children[unhex(p[0])]
        values = [t.pairs.get(unhex(k)) for k in p[-2]]
        if how == "lie" and values:
            values[0] = (values[0] or b"") + b"!"
        if how == "null" and values:
            values[0] = None
        if method[0] == "c":
            return [hexed(v) for v in values]
        changes = [[k, hexed(v)] for k, v in zip(p[0], values)]
        if how == "swap":
            changes.reverse()
        if how == "less":
            changes.pop()
        if not p[0]:
            return []  # as nodes have it
        return [{"block": by_number[0] if how == "other" else AT, "changes": changes}]
    raise Lacking()


def answer(one, how, n):
    out = {"jsonrpc": "2.0", "id": one["id"]}
    try:
        out["result"] = call(one["method"], one.get("params", []), how, n)
    except Gone:
        out["error"] = {"code": 4003, "message": "Client error: UnknownBlock: State already discarded"}
    except Lacking:
        out["error"] = {"code": -32601, "message": "Method not found"}
    return out


counts = {}
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, headers=(), send=None):
        head = "HTTP/1.1 %d X\r\nContent-Length: %d\r\n" % (status, len(body))
        whole = (head + "".join("%s: %s\r\n" % h for h in headers) + "\r\n").encode() + body
        self.wfile.write(whole if send is None else whole[:send])

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            n = counts.get(self.path, 0)
            counts[self.path] = n + 1
        script = self.path[1:].split("?")[0].split(",")
        what, _, number = script[n % len(script)].partition(":")
        if what == "chaos":  # a fault every second time, which one by the number of the request
            draw = random.Random(int(number) * 100003 + n)
            what, number = draw.choice([("ok", "")] * 9 + [
                ("500", ""), ("429", "1"), ("503", "2"), ("reset", str(draw.randrange(400))),
                ("cut", str(draw.randrange(400))), ("half", ""), ("html", ""), ("lie", ""), ("lack", ""),
                ("other", ""), ("pruned", ""), ("swap", "")])
        if what == "key":  # of those who pay alone
            what = "ok" if self.headers.get("X-Key") == "secret-of-mine" else "401"
        many = asked if isinstance(asked, list) else [asked]
        answers = [answer(c, what, n) for c in many]
        body = json.dumps(answers if isinstance(asked, list) else answers[0]).encode()
        if what.isdigit():
            self.say(int(what), b"", [("Retry-After", number)] if number else ())
        elif what == "reset":
            self.say(200, body, send=int(number))
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif what == "cut":
            self.say(200, body, send=int(number))
            self.close_connection = True
        elif what == "half":
            self.say(200, body[: len(body) // 2])
        elif what == "html":
            self.say(200, b"<html>")
        elif what == "giant":
            self.say(200, b"[" + b" " * 3000000 + b"]")
        else:
            self.say(200, body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = tls.wrap_socket(server.socket, server_side=True)
total = len(trie.keys) + sum(len(t.keys) for t in children.values())
sys.stdout.write("%d %s %s %d\n" % (server.server_address[1], AT, hexed(trie.root), total))
sys.stdout.flush()
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
