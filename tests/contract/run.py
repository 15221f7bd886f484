#!/usr/bin/env python3
"""The public contract, checked from outside: a server, a receiver, and nothing but HTTP between them.

    run.py BINARY [CASE…]

Starts BINARY (`claimwire`) on a free loopback port with a data directory of its own, runs the cases in
`cases/` (a file per resource; CASE names files or single cases, `webhooks` or `webhooks.test_defaults`),
prints what failed and why, and exits 1 when something did. Needs Python 3.11 and nothing else.
"""

import concurrent.futures
import importlib
import pathlib
import sys
import tempfile
import time
import traceback

from harness.world import Skip, World

AT_ONCE = 6


def cases(names):
    folder = pathlib.Path(__file__).resolve().parent / "cases"
    for file in sorted(folder.glob("[a-z]*.py")):
        module = importlib.import_module(f"cases.{file.stem}")
        for name, case in vars(module).items():
            full = f"{file.stem}.{name}"
            if name.startswith("test_") and (not names or file.stem in names or full in names):
                yield full, case


def run(case, world):
    began = time.monotonic()
    try:
        case(world)
        said = None
    except Skip as skip:
        said = skip
    except Exception:
        said = traceback.format_exc()
    return said, time.monotonic() - began


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    binary, chosen = str(pathlib.Path(sys.argv[1]).resolve()), list(cases(sys.argv[2:]))
    began, failed, skipped = time.monotonic(), {}, 0
    with tempfile.TemporaryDirectory() as data_dir:
        world = World(binary, data_dir)
        try:
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                runs = [(name, pool.submit(run, case, world)) for name, case in chosen]
                for name, future in runs:
                    said, seconds = future.result()
                    if isinstance(said, Skip):
                        skipped += 1
                        print(f"skipped {name}: {said}", flush=True)
                    elif said:
                        failed[name] = said.strip().splitlines()[-1]
                        print(f"FAILED  {name} ({seconds:.1f} s)\n{said}{world.server.complaints()}", flush=True)
                    else:
                        print(f"ok      {name} ({seconds:.1f} s)", flush=True)
            panics = [line for line in world.server.said().splitlines() if "panicked" in line]
        finally:
            world.stop()
    if panics:
        failed["the server"] = panics[0]
        print("FAILED  the server panicked:", *panics, sep="\n")
    for name, why in failed.items():  # Once more where a reader looks first.
        print(f"FAILED  {name}: {why}")
    print(f"{len(chosen) - len(failed) - skipped} passed, {len(failed)} failed, {skipped} skipped in {time.monotonic() - began:.0f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
