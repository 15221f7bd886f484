"""A receiver of webhooks that answers as it is told and keeps what it got."""

import http.server
import itertools
import json
import threading
import time

from .client import WAIT_SECONDS


class Got:
    """One request: `path`, `headers`, the `body`'s bytes, and when it came."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.at, self.unix = time.monotonic(), time.time()

    @property
    def json(self):
        return json.loads(self.body)


class Endpoint:
    """One URL. `answers`: a status, or (status, headers, body), or a function of the request, for each
    request in turn; the last one stays."""

    def __init__(self, receiver, url, answers):
        self.url, self.got = url, []
        self._receiver, self._answers = receiver, list(answers) or [200]

    def answer_with(self, *answers):
        with self._receiver.changed:
            self._answers = list(answers)

    def wait(self, count):
        """The first `count` requests, once they are there."""
        with self._receiver.changed:
            there = self._receiver.changed.wait_for(lambda: len(self.got) >= count, WAIT_SECONDS)
            assert there, f"{len(self.got)} requests instead of {count} after {WAIT_SECONDS} s"
            return list(self.got[:count])

    def one(self):
        return self.wait(1)[0]

    def find(self, true_of, what):
        """The first request that this is true of, once it is there."""
        with self._receiver.changed:
            seek = lambda: next((got for got in self.got if true_of(got)), None)
            assert self._receiver.changed.wait_for(seek, WAIT_SECONDS), f"no request came that {what}"
            return seek()

    def _take(self, got):
        with self._receiver.changed:
            self.got.append(got)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            self._receiver.changed.notify_all()
        if callable(answer):
            answer = answer(got)
        return answer if isinstance(answer, tuple) else (answer, {}, b"")


class Receiver:
    def __init__(self):
        self.changed = threading.Condition()
        self._endpoints, self._numbers = {}, itertools.count(1)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                endpoint = receiver._endpoints[self.path]
                status, headers, content = endpoint._take(Got(self.path, self.headers, body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                self.send_error(404)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def endpoint(self, *answers):
        path = f"/hook/{next(self._numbers)}"
        self._endpoints[path] = Endpoint(self, self.base + path, answers)
        return self._endpoints[path]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
