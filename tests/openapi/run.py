#!/usr/bin/env python3
"""Every operation of /openapi.json, called by Schemathesis with what the document allows and with what it does
not: no 5xx, no status and no body that the document does not tell of, nothing let in without a key.

    run.py BINARY [SCHEMATHESIS]

Starts BINARY (`claimwire`) with a data directory of its own. SCHEMATHESIS is the command, `target/tools/bin/schemathesis`
if not given. The seed is fixed in schemathesis.toml.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "contract"))

from harness.server import ADMIN_KEY, Server  # noqa: E402


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    tool = sys.argv[2] if len(sys.argv) > 2 else str(ROOT / "target/tools/bin/schemathesis")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, os.path.join(folder, "data"))
        try:
            server.admin.post("/v1/shops", {"slug": "acme", "name": "Acme"}).is_(201)
            command = [tool, "--no-color", "--config-file", str(HERE / "schemathesis.toml"), "run", server.base + "/openapi.json",
                       "--header", f"X-API-Key: {ADMIN_KEY}", "--warnings", "off"]
            code = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(HERE)}).returncode
            assert "panicked" not in server.said(), server.said()
        finally:
            left = server.stop()
    assert left == 0, f"the server left with {left}: {server.said()}"
    sys.exit(code)


if __name__ == "__main__":
    main()
