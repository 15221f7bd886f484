"""The program under test: started on a free loopback port, ended by its own process id."""

import os
import signal
import socket
import subprocess
import tempfile
import time

from .client import WAIT_SECONDS, Client

ADMIN_KEY = "contract-admin-key-0123456789"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One `claimwire serve`. `before`: a command that it is started through."""

    def __init__(self, binary, data_dir, *flags, before=()):
        self.base = f"http://127.0.0.1:{free_port()}"
        self.log = tempfile.TemporaryFile()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
        self.process = subprocess.Popen(
            [*before, binary, "serve", "--listen", self.base.removeprefix("http://"), "--data-dir", data_dir,
             "--admin-key", ADMIN_KEY, "--endpoint-allow-http", "--endpoint-allow-networks", "127.0.0.0/8", *flags],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment)
        self.admin = Client(self.base, ADMIN_KEY)
        end = time.monotonic() + WAIT_SECONDS
        while not self._ready():
            assert self.process.poll() is None, f"the server ended: {self.said()}"
            assert time.monotonic() < end, f"the server was not ready in {WAIT_SECONDS} s: {self.said()}"
            time.sleep(0.02)

    def _ready(self):
        try:
            return Client(self.base).get("/readyz").status == 200
        except OSError:
            return False

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        self.process.kill()
        self.process.wait()
