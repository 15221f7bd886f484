#!/usr/bin/env python3
"""Clients made of /openapi.json: openapi-typescript (with its defaults; compiled by tsc) and openapi-python-client. Each makes a few
calls: client.ts, client.py, and what docs/guides/api-clients.md shows. The receiver in TypeScript that kits/README.md shows is compiled beside them.

    clients.py BINARY

Starts BINARY (`claimwire`) with a data directory of its own. The tools are those of scripts/install-tools.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# A request to the receiver that nobody signed.
UNSIGNED = """
import { POST } from "./kit.js";
console.log((await POST(new Request("http://localhost/", { method: "POST", body: "{}" }))).status);
"""
sys.path.insert(0, str(HERE.parent / "contract"))

from harness.server import ADMIN_KEY, Server  # noqa: E402


def run(*command, folder, **environment):
    done = subprocess.run(command, cwd=folder, env=os.environ | environment, text=True, capture_output=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def shown(language, page="docs/guides/api-clients.md"):
    """The program that a page shows."""
    page = (ROOT / page).read_text(encoding="utf-8")
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", page, flags=re.S | re.M)
    return code


def tells(said):
    """A claim's number and state, then each that waits: at least that one."""
    first, *rest = said.splitlines()
    assert re.fullmatch(r"\d+ pending", first) and rest and all(re.fullmatch(r"[0-9a-f-]{36} \w+", line) for line in rest), said


def typescript(folder, document, environment):
    modules = folder / "node_modules"
    modules.mkdir()
    for module in (HERE / "node_modules").iterdir():
        (modules / module.name).symlink_to(module)
    (modules / "claimwire-receive").symlink_to(ROOT / "kits/typescript")
    tools = HERE / "node_modules/.bin"
    run(tools / "openapi-typescript", document, "-o", folder / "schema.d.ts", folder=folder)
    shutil.copy(HERE / "client.ts", folder)
    (folder / "page.ts").write_text(shown("ts"), encoding="utf-8")
    (folder / "kit.ts").write_text(shown("ts", "kits/README.md"), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    run(tools / "tsc", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false", "--types", "node",
        "client.ts", "page.ts", "kit.ts", folder=folder)
    run("node", "client.js", folder=folder, **environment)
    tells(run("node", "page.js", folder=folder, **environment))
    said = run("node", "--input-type=module", "-e", UNSIGNED, folder=folder, CLAIMWIRE_SECRET="whsec_YS1zZWNyZXQtb2YtMjQtYnl0ZXMtb2sh")
    assert said == "401\n", said


def python(folder, document, environment):
    (folder / "config.yaml").write_text("post_hooks: []\n")
    tools = ROOT / "target/tools/bin"
    run(tools / "openapi-python-client", "generate", "--path", document, "--meta", "none", "--config", "config.yaml",
        "--output-path", folder / "claimwire_client", folder=folder)
    run(tools / "python3", "-m", "compileall", "-q", "claimwire_client", folder=folder)
    run(tools / "python3", HERE / "client.py", folder=folder, PYTHONPATH=str(folder), **environment)
    tells(run(tools / "python3", "-c", shown("python"), folder=folder, PYTHONPATH=str(folder), **environment))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server = Server(str(pathlib.Path(sys.argv[1]).resolve()), str(folder / "data"))
        try:
            document = folder / "openapi.json"
            document.write_bytes(server.admin.get("/openapi.json").is_(200).body)
            server.admin.post("/v1/shops", {"slug": "acme", "name": "Acme"}).is_(201)
            environment = {"CLAIMWIRE_SERVER": server.base, "CLAIMWIRE_KEY": ADMIN_KEY}
            for make in typescript, python:
                place = folder / make.__name__
                place.mkdir()
                make(place, document, environment)
                print(f"ok      {make.__name__}", flush=True)
        finally:
            left = server.stop()
    assert left == 0, f"the server left with {left}: {server.said()}"


if __name__ == "__main__":
    main()
