"""What the commands do for a person at a terminal, and not for a program: colours, widths, relative times, a question before something is deleted."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

from harness.client import WAIT_SECONDS


def at_terminal(world, shop, *arguments, types="", columns=100, **environment):
    """(exit code, what the terminal showed): `types` is typed."""
    near, far = pty.openpty()
    fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_") and name != "NO_COLOR"}
    process = subprocess.Popen([world.binary, *arguments], stdin=far, stdout=far, stderr=far,
                               env=plain | {"TERM": "xterm"} | world.commands(shop) | environment)
    os.close(far)
    os.write(near, types.encode())
    shown = b""
    while True:
        try:
            some = os.read(near, 65536)
        except OSError:  # Linux's way to say that the other end was closed.
            some = b""
        if not some:
            break
        shown += some
    os.close(near)
    return process.wait(WAIT_SECONDS), shown.decode()


def test_a_table_has_colours_relative_times_and_the_terminals_width(world):
    shop = world.shop()
    hook = shop.webhook(world.endpoint(), description="a description that is longer than a narrow terminal is wide")
    code, shown = at_terminal(world, shop, "webhooks", "list", columns=72)
    plain = re.sub(r"\x1b\[\d*m", "", shown)
    assert code == 0 and "\x1b[32mactive\x1b[0m" in shown and hook["uuid"] in plain, shown
    assert max(map(len, plain.splitlines())) <= 72, plain
    shop.key("viewer")
    _, shown = at_terminal(world, shop, "keys", "list")
    assert re.search(r"\d+s ago|now", shown), shown


def test_no_color_is_kept(world):
    shop = world.shop()
    shop.webhook(world.endpoint())
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        code, shown = at_terminal(world, shop, "webhooks", "list", **{name: value})
        assert code == 0 and "active" in shown and "\x1b" not in shown, (name, shown)


def test_deleting_asks_once_and_yes_answers_it(world):
    shop = world.shop()
    there = lambda uuid: shop.api.get(f"/webhooks/{uuid}").status == 200
    uuid = shop.webhook(world.endpoint())["uuid"]
    for answer in ("n\n", "\n"):
        code, shown = at_terminal(world, shop, "webhooks", "delete", uuid, types=answer)
        assert code == 2 and "[y/N]" in shown and "was not deleted" in shown and there(uuid), shown
    code, shown = at_terminal(world, shop, "webhooks", "delete", uuid, types="y\n")
    assert code == 0 and "[y/N]" in shown and not there(uuid), shown
    uuid = shop.webhook(world.endpoint())["uuid"]
    code, shown = at_terminal(world, shop, "webhooks", "delete", uuid, "--yes")
    assert code == 0 and "[y/N]" not in shown and not there(uuid), shown
