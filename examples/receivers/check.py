"""Starts every example receiver on a free loopback port and sends it the requests of `vectors/`.

    python3 examples/receivers/check.py [python/karla.py …]

A receiver runs with the vectors' secret and with its clock standing at their `now`, so that each request
is sent exactly as it is in its file. What is not genuine must get 401, what is must not; an event must
get 2xx, and again when it comes again, but lead to one line only. Exit code 1 when a receiver does
otherwise.
"""

import base64
import collections
import http.client
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent.parent / "vectors"
PATIENCE_SECONDS = 120
# Below the ports that systems give to outgoing connections: one of those must not take it first.
PORTS = range(20_000, 32_000)
STARTS = 5

PYTHON_CLOCK = """import runpy, sys, time
now = float(sys.argv[1])
time.time = lambda: now
runpy.run_path(sys.argv[2], run_name="__main__")
"""
NODE_CLOCK = "data:text/javascript,Date.now = () => Number(process.argv[2]) * 1000;"

# What a receiver written from the platform's own documentation cannot know.
BEYOND = {
    "claimport": {"verify_rotation_new_secret"},  # the second header is Claimwire's
}
NO_ED25519 = {"python/standard.py", "python/cloudevents.py", "node/cloudevents.mjs"}


def free_port():
    while True:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", random.choice(PORTS)))
                return probe.getsockname()[1]
            except OSError:
                pass


class Running:
    """One receiver process, stopped by us and nobody else."""

    def __init__(self, script, secret, now):
        for _ in range(STARTS):
            self.port = free_port()
            self.start(script, secret, now)
            if self.listens():
                return
            self.stop()  # Someone else may have been quicker to take the port.
        raise SystemExit(f"{script} does not listen")

    def start(self, script, secret, now):
        path = str(HERE / script)
        python = [sys.executable, "-c", PYTHON_CLOCK, str(now), path]
        node = ["node", "--import", NODE_CLOCK, path, str(now)]
        environment = os.environ | {"PORT": str(self.port), "SECRET": secret}
        command = python if script.endswith(".py") else node
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def listens(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False

    def post(self, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def stop(self):
        """Returns the lines that it printed: it prints an event before it answers."""
        self.process.terminate()
        return self.process.communicate(timeout=PATIENCE_SECONDS)[0].splitlines()


def body_of(holder):
    return holder["text"].encode() if "text" in holder else base64.b64decode(holder["base64"])


def check_verdicts(running, vectors):
    for name, vector in vectors:
        status = running.post(vector["headers"], body_of(vector["body"]))
        if (status == 401) == vector["expect"]["valid"]:
            yield f"{name}: answered {status}"
    running.stop()


def check_events(running, vectors):
    lines_expected = 0
    for name, vector in vectors:
        lines_expected += 1 if vector["event"] else 2  # a test event has nothing to know it again by
        for turn in ("first", "second"):
            made = vector["expect"]
            status = running.post(made["headers"], body_of(made["body"]))
            if not 200 <= status < 300:
                yield f"{name}: answered {status} the {turn} time"
    lines = running.stop()
    if len(lines) != lines_expected:
        yield f"printed {len(lines)} lines for {lines_expected} events: {lines}"


def vectors_for(script):
    """The vectors of the receiver's dialect, together where one process can serve them."""
    dialect = pathlib.Path(script).stem
    together = collections.defaultdict(list)
    for file in sorted((VECTORS / dialect).glob("*.json")):
        vector = json.loads(file.read_text(encoding="utf-8"))
        ed25519 = vector["secret"].startswith("whpk_")
        no_key = vector["expect"].get("reason") == "malformed_secret"  # it would not start
        if file.stem in BEYOND.get(dialect, ()) or no_key or (ed25519 and script in NO_ED25519):
            continue
        secret = vector.get("previous_secret", vector["secret"])  # mid-rotation both must do
        together[secret, vector["now"], vector["kind"]].append((file.stem, vector))
    return together


def main():
    found = (path for path in HERE.glob("*/*") if path.suffix in (".py", ".mjs"))
    scripts = sys.argv[1:] or sorted(str(path.relative_to(HERE)) for path in found)
    wrong = count = 0
    for script in scripts:
        for (secret, now, kind), vectors in vectors_for(script).items():
            running = Running(script, secret, now)
            try:
                check = check_events if kind == "encode" else check_verdicts
                for problem in check(running, vectors):
                    wrong += 1
                    print(f"{script}: {problem}")
            finally:
                running.process.kill()
            count += len(vectors)
    print(f"{len(scripts)} receivers, {count} vectors, {wrong} wrong")
    sys.exit(1 if wrong or not count else 0)


if __name__ == "__main__":
    main()
