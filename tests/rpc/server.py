#!/usr/bin/env python3
"""server.py [CERT KEY] - a JSON-RPC server on loopback that behaves as the path says.

Prints its port, and serves until stdin ends. The path is a list of behaviours, one for each
request to that path, of which the last one stays (behind a "?" stands whatever tells two paths apart): /503,429:7,ok fails, then asks for 7 seconds of
quiet, then answers. `echo` answers with its parameters; `gone`, `nomethod` and `refused` with the
errors of a node. GET /seen is how many requests and calls came, and the largest batch.
"""
import gzip, http.server, json, os, socket, ssl, struct, sys, threading

counts = {}
seen = {"requests": 0, "calls": 0, "largest": 0, "via": 0}
lock = threading.Lock()

ERRORS = {
    "gone": (4003, "Client error: UnknownBlock: State already discarded for 0x00"),
    "nomethod": (-32601, "Method not found"),
    "refused": (-32602, "Invalid params"),
    "busy": (-32009, "Server is busy, try again later"),
    "broken": (-32603, "Internal error"),
}


def answer(call):
    out = {"jsonrpc": "2.0", "id": call["id"]}
    if call["method"] in ERRORS:
        out["error"] = dict(zip(("code", "message"), ERRORS[call["method"]]))
    elif call["method"] == "long":
        out["result"] = "x" * call["params"][0]
    else:
        out["result"] = call["params"]
    return out


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, headers=(), send=None):
        head = "HTTP/1.1 %d X\r\nContent-Length: %d\r\n" % (status, len(body))
        head += "".join("%s: %s\r\n" % h for h in headers) + "\r\n"
        whole = head.encode() + body
        self.wfile.write(whole if send is None else whole[:send])

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def do_GET(self):
        self.say(200, json.dumps(seen).encode())

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(raw)
        calls = asked if isinstance(asked, list) else [asked]
        path = self.path
        with lock:
            if path.startswith("http://"):  # as a proxy is asked
                seen["via"] += 1
                path = "/" + path.split("/", 3)[3]
            seen["requests"] += 1
            seen["calls"] += len(calls)
            seen["largest"] = max(seen["largest"], len(calls))
            script = path[1:].split("?")[0].split(",")
            n = counts.get(path, 0)
            counts[path] = n + 1
        what, _, number = script[min(n, len(script) - 1)].partition(":")
        answers = [answer(c) for c in calls]
        if what == "lie":
            answers = [dict(a, result="a lie") for a in answers]
        if what == "swap":
            answers.reverse()
        if what == "twice":
            answers.append(answers[0])
        if what == "other":
            answers[0]["id"] += 1000
        if what == "less" and len(answers) > 1:
            answers.pop()
        if what == "neither":
            answers = [{"id": a["id"]} for a in answers]
        body = json.dumps(answers if isinstance(asked, list) else answers[0]).encode()
        if what.isdigit() and what != "200":
            self.say(int(what), b"", [("Retry-After", number)] if number else ())
        elif what == "key" and self.headers.get("X-Key") != "secret":
            self.say(401, b"")
        elif what == "netrc" and self.headers.get("Authorization") != "Basic bWU6bXk=":
            self.say(401, b"")
        elif what == "moved":
            self.say(302, b"", [("Location", "/ok")])
        elif what == "reset":
            self.say(200, body, send=int(number))
            self.reset()
        elif what == "cut":
            self.say(200, body, send=int(number))
            self.close_connection = True
        elif what == "stall":
            self.say(200, body, send=int(number))
            self.connection.recv(1)  # until the other gives up
            self.close_connection = True
        elif what == "half":
            self.say(200, body[: len(body) // 2])
        elif what == "html":
            self.say(200, b"<html>Bad gateway</html>")
        elif what == "giant":
            self.say(200, b'{"jsonrpc":"2.0","id":1,"result":"' + b"x" * int(number) + b'"}')
        elif what == "deep":
            self.say(200, b"[" * int(number) + b"]" * int(number))
        elif what == "wide":
            self.say(200, b"[" + b"0," * int(number) + b"0]")
        elif what == "most" and len(calls) > int(number):
            self.say(200, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32010,"message":"The batch request was too large"}}')
        elif what == "single" and len(calls) > 1:
            self.say(200, b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"Batched requests are not supported by this server"}}')
        elif what == "zip":
            self.say(200, gzip.compress(body), [("Content-Encoding", "gzip")])
        else:
            self.say(200, body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
