"""The program under test: started on a free loopback port, ended by its own process id."""

import os
import re
import signal
import subprocess
import tempfile
import time

from .client import WAIT_SECONDS, Client

ADMIN_KEY = "contract-admin-key-0123456789"


class Server:
    """One `claimwire serve`. `before`: a command that it is started through."""

    def __init__(self, binary, data_dir, *flags, before=()):
        self.log = tempfile.NamedTemporaryFile(mode="ab")  # appended to: it is read while it is written
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
        self.process = subprocess.Popen(
            [*before, binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir,
             "--admin-key", ADMIN_KEY, "--endpoint-allow-http", "--endpoint-allow-networks", "127.0.0.0/8", *flags],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=environment)
        end = time.monotonic() + WAIT_SECONDS
        while not (said := re.search(r"listens on (http://\S+)\n", self._printed())):
            assert self.process.poll() is None, f"the server ended: {self.said()}"
            assert time.monotonic() < end, f"the server did not listen in {WAIT_SECONDS} s: {self.said()}"
            time.sleep(0.02)
        self.base = said[1]
        self.admin = Client(self.base, ADMIN_KEY)
        Client(self.base).get("/readyz").is_(200)

    def _printed(self):
        with open(self.log.name, "rb") as log:
            return log.read().decode(errors="replace")

    def said(self):
        """The end of what it printed."""
        return self._printed()[-4000:]

    def complaints(self):
        """Its warnings and errors so far."""
        return "".join(line for line in self._printed().splitlines(True) if re.search(r" (WARN|ERROR) |panicked", line))

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
