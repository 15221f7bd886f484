"""A page's commands, pasted into a shell as they stand. Ports, the binary's place and the data directories are replaced, nothing else; blocks
that begin with `cargo` are left out. Each command must succeed, and what the page promises must be said."""

import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = [8480, 8801, 8802, 8803, 8804, 8805]
PATIENCE_SECONDS = 180
DONE = "this block has ended:"


def blocks(text):
    """(heading, commands) of each block of shell commands."""
    for heading, section in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", text, flags=re.S | re.M):
        for block in re.findall(r"^```sh\n(.*?)^```", section, flags=re.S | re.M):
            if not block.startswith("cargo "):
                yield heading, block


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


class Shell:
    def __init__(self, environment):
        self.process = subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )
        self.lines, self.said = queue.Queue(), []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def type(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def line(self, wanted):
        """The next line; None at the end."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            line = self.lines.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty:
            self.fail(f"did not come: {wanted}")
        if line is not None:
            self.said.append(line)
        return line

    def until(self, *words):
        """Reads until all of these words have been said, from the begin on."""
        missing = [word for word in words if not any(word in line for line in self.said)]
        while missing:
            line = self.line(missing)
            if line is None:
                self.fail(f"the shell ended; did not come: {missing}")
            missing = [word for word in missing if word not in line]

    def end(self):
        self.process.stdin.close()
        while self.line("the end") is not None:
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def fail(self, why):
        sys.exit("".join(self.said) + f"\nFAILED: {why}")


def walk(page, binary, expected):
    """Takes the walk; the seconds that each heading's blocks took, in their order."""
    binary = pathlib.Path(binary).resolve()
    found = list(blocks((ROOT / page).read_text(encoding="utf-8")))
    seconds = {}
    with tempfile.TemporaryDirectory() as directory:
        places = dict(zip(map(str, PORTS), map(str, free_ports(len(PORTS)))))

        def placed(block):
            block = re.sub(r"\b(8480|880[1-5])\b", lambda port: places[port[0]], block)
            block = re.sub(r"\b(walk-data|first-steps)\b(?=[ /\n])", lambda name: f"{directory}/{name[0]}", block)
            return block.replace("$PWD/target/release", str(binary.parent))

        address = f"127.0.0.1:{places['8480']}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
        # Receivers write at once: whole lines each, not their words.
        environment |= {"CLAIMWIRE_LISTEN": address, "CLAIMWIRE_SERVER": f"http://{address}", "PYTHONUNBUFFERED": ""}
        shell = Shell(environment)
        try:
            for number, (heading, block) in enumerate(found):
                if number == len(found) - 1:
                    shell.until(*expected)
                began = time.monotonic()
                shell.type(f"{placed(block)}echo '{DONE} {number}'\n")
                shell.until(f"{DONE} {number}\n")
                seconds[heading] = seconds.get(heading, 0) + time.monotonic() - began
            shell.type("wait\n")
            if shell.end() != 0:
                shell.fail("a command did not succeed")
        finally:
            try:
                os.killpg(shell.process.pid, 15)
            except ProcessLookupError:
                pass
    lines = sum(block.count("\n") for _, block in found)
    print(f"{page}: {lines} lines in {len(found)} blocks, {len(expected)} facts")
    return seconds
