"""Lock the requirements with hashes, and tell whether the locks still fit what is asked for.

``tools/lock.py`` writes requirements/*.txt (needs the network and uv); ``tools/lock.py --check`` needs neither.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
NAMES = ("core", "dev")


def head(name: str) -> str:
    """The first line of a lock: the digest of every list it is made from."""
    found = hashlib.sha256(b"".join((FOLDER / f"{n}.in").read_bytes() for n in NAMES[: NAMES.index(name) + 1]))
    return f"# locked from {name}.in {found.hexdigest()}; write anew with: make lock"


def lock(name: str) -> None:
    target = FOLDER / f"{name}.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile", f"{name}.in", "-o", target.name, "--quiet"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header"]
    command += ["--python-version", "3.11", "--universal"]
    if name != "core":
        command += ["-c", "core.txt"]
    subprocess.run(command, cwd=FOLDER, check=True)
    target.write_text(f"{head(name)}\n{target.read_text()}")


def faults(name: str) -> list[str]:
    text = (FOLDER / f"{name}.txt").read_text()
    found = [] if text.startswith(head(name)) else [f"requirements/{name}.txt is older than its list: run make lock"]
    found += [f"requirements/{name}.txt names an address: {u}" for u in re.findall(r"https?://\S+", text)]
    pinned = re.findall(r"^[A-Za-z0-9][^\s;=]*==", text, re.M)
    if text.count("--hash=") < len(pinned) or not pinned:
        found.append(f"requirements/{name}.txt has pins without a hash")
    return found


def main() -> None:
    if "--check" not in sys.argv:
        for name in NAMES:
            lock(name)
    if found := [fault for name in NAMES for fault in faults(name)]:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
