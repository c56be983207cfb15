"""Measure, and write what was measured into docs/benchmarks.md.

python -m bench                        everything, a city of a million people; hours on a busy machine
python -m bench --people 60000         the city of the demo
python -m bench --small                everything in small, to see that it runs; writes nothing into docs
python -m bench febrl city             these only; what was measured of the others stays
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import harness
from bench.harness import Figure, Result
from bench.page import write
from bench.suite import Bench, benches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--people", type=int)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the city's instance is, or is to be; else a temporary one")
    given = parser.parse_args()
    people = given.people or (2_000 if given.small else 1_000_000)
    folder = given.folder or Path(tempfile.mkdtemp(prefix="lingqu-bench-"))
    suite = benches(people, folder)
    if unknown := set(given.names) - {b.name for b in suite}:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(b.name for b in suite)}")
    results: list[Result] = []
    try:
        for bench in suite:
            if given.names and bench.name not in given.names:
                continue
            results.append(measure(bench, given.small))
            if not given.small:
                write(results[-1:], [b.title for b in suite])
    finally:
        if not given.folder:
            shutil.rmtree(folder, ignore_errors=True)
    missed = [f.what for r in results for f in r.figures if f.meets is False]
    if missed:
        print("missed: " + "; ".join(missed))


def measure(bench: Bench, small: bool) -> Result:
    result = Result(bench.name, bench.title, machine=harness.machine(), at=harness.now(), small=small)
    print(f"\n── {bench.title}", flush=True)
    if why := bench.missing():
        result.error = f"not measured: {why}"
        print(result.error)
        return result
    with tempfile.TemporaryDirectory() as scratch:
        spoken = Path(scratch) / "figures"
        command = [
            sys.executable,
            "-m",
            f"bench.{bench.module or bench.name}",
            *(bench.few if small else bench.arguments),
        ]
        began = time.perf_counter()
        printed, usage, code = _run(command, {harness.SPEAK: str(spoken)})
        result.wall = round(time.perf_counter() - began, 1)
        result.cpu, result.peak = round(usage[0], 1), usage[1]
        if code:
            result.error = f"ended with {code}"
        elif bench.read:
            result.figures = bench.read(printed)
        elif spoken.exists():
            result.figures = [Figure(**json.loads(line)) for line in spoken.read_text().splitlines()]
    return result


def _run(command: list[str], env: dict[str, str]) -> tuple[str, tuple[float, int], int]:
    """(what it printed, (CPU seconds, peak bytes) of it and its children, exit code)."""
    with subprocess.Popen(
        command, cwd=harness.ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | env
    ) as process:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return "".join(printed), (usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024), process.returncode


if __name__ == "__main__":
    main()
