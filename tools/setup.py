"""Set up this checkout on a bare machine: Python 3.11 with venv and the package registries, nothing else.

``python3.11 tools/setup.py [--dev] [--browser]``. Each step has a stamp inside what it made and is skipped while its
inputs are unchanged, so that nothing here needs the network twice. Standard library only.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".lingqu"
VENDOR = HOME / "src" / "lingqu" / "ui" / "static" / "vendor"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def digest(*files: Path) -> str:
    found = hashlib.sha256(str(HOME).encode())
    for file in files:
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def step(name: str, stamp: Path, now: str, work: Callable[[], None]) -> None:
    if stamp.exists() and stamp.read_text() == now:
        return
    print(f"· {name} …", flush=True)
    began = time.monotonic()
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now)
    print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)


def run(*command: str | Path) -> None:
    done = subprocess.run([str(c) for c in command], cwd=HOME)
    if done.returncode:
        sys.exit(f"tools/setup.py: this did not work: {' '.join(map(str, command))}")


def environment() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit("Lingqu needs Python 3.11 or newer. Name one: make PYTHON=python3.11")
    if not PYTHON.exists():
        print("· .venv …", flush=True)
        venv.create(VENV, with_pip=True, symlinks=True)


def packages(name: str) -> None:
    lock = HOME / "requirements" / f"{name}.txt"
    now = digest(lock)
    fuller = STAMPS / "dev"  # dev.txt holds all of core.txt
    if name == "core" and fuller.exists() and fuller.read_text() == digest(HOME / "requirements" / "dev.txt"):
        return
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    step(f"Python packages ({name})", STAMPS / name, now, lambda: run(*pip))


def lingqu() -> None:
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    pip += ["--no-build-isolation", "-e", HOME]
    step("lingqu itself", STAMPS / "lingqu", digest(HOME / "pyproject.toml"), lambda: run(*pip))


def pages(dev: bool) -> None:
    """The browser's parts, by the npm of the nodejs wheel; no script of any package is run."""
    flags = ["--dev"] if dev else []
    inputs = [HOME / "package.json", HOME / "package-lock.json", HOME / "src/lingqu/ui/vendor.py"]
    now = digest(*inputs)
    if not dev and (VENDOR / ".stamp").exists() and (VENDOR / ".stamp").read_text() == f"{now} dev":
        return
    step(
        "browser parts",
        VENDOR / ".stamp",
        f"{now} dev" if dev else now,
        lambda: run(PYTHON, "-m", "lingqu.ui.vendor", *flags),
    )


def words() -> None:
    catalogues = sorted((HOME / "src").glob("**/locale/*/LC_MESSAGES/django.po"))
    compiled = all(file.with_suffix(".mo").exists() for file in catalogues)
    now = digest(*catalogues) if compiled else ""
    step("translations", STAMPS / "words", now, lambda: run(PYTHON, "-m", "lingqu.site.words", "compile"))
    (STAMPS / "words").write_text(digest(*catalogues))


def browser() -> str:
    """A Chromium for the tests: found, else installed with apt-get as root. With it comes Poppler's ``pdfsig``, another
    author's verifier of signed PDFs, without which the tests go as well."""
    wanted = ["chromium"] if not _browser() else []
    wanted += ["poppler-utils"] if not shutil.which("pdfsig") else []
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if wanted and shutil.which("apt-get") and (not sudo or shutil.which("sudo")):
        print(f"· {', '.join(wanted)} …", flush=True)
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False)
        command = [*sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=quiet)
    if found := _browser():
        return found
    sys.exit("The tests drive a browser: install Chromium (apt-get install chromium), or name one in LINGQU_BROWSER")


def _browser() -> str | None:
    names = (os.environ.get("LINGQU_BROWSER", ""), *BROWSERS)
    return next((found for name in names if name and (found := shutil.which(name))), None)


def main() -> None:
    environment()
    dev = "--dev" in sys.argv
    packages("dev" if dev else "core")
    lingqu()
    pages(dev)
    words()
    if "--browser" in sys.argv:
        browser()


if __name__ == "__main__":
    main()
