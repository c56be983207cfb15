"""Choose 150 of ETSI's NGSI-LD cases out of a checkout of the suite, and copy what they need into ``suite/``.

    python tests/protocols/etsi/choose.py CHECKOUT

Files that stood at the revision by which the suite was taken over from ETSI (1d442dc), that need no second server, and
are not in ``LEFT``. Breadth first: the first file of every operation, then the second of each, as long as no more than
150 cases come together. What they read (resources, data, libraries) is found by following the names in them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CASES = 150
ORIGIN = "1d442dc"
AREAS = ("CommonBehaviours", "ContextInformation", "jsonldContext")
SERVERS = re.compile(r"HttpCtrl|MQTTLibrary|MockServer|Notification|ContextServer|mqttUtils|localhost:9090")
# A context that only the internet has; and context source registrations, which docs/ngsi-ld-conformance.md tells of.
LEFT = frozenset(
    f"{name}.robot"
    for name in ("050_04", "052_06", "050_03", "051_06", "051_07", "043_01", "045_01", "049_01", "049_02", "061_01")
)
HERE = Path(__file__).parent


def main(suite: Path) -> None:
    chosen = _chosen(suite)
    files = {suite / "LICENSE"}
    for file in chosen:
        files |= set(_needed(suite, file))
    shutil.rmtree(HERE / "suite", ignore_errors=True)
    for file in sorted(files):
        target = HERE / "suite" / file.relative_to(suite)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    print(f"{sum(_number(f) for f in chosen)} cases in {len(chosen)} files, {len(files)} files in all")


def _chosen(suite: Path) -> list[Path]:
    operations: dict[Path, list[Path]] = {}
    command = ["git", "-C", str(suite), "ls-tree", "-r", "--name-only", ORIGIN, "--", "TP/NGSI-LD"]
    for name in sorted(subprocess.check_output(command, text=True).split()):
        file = suite / name
        if name.split("/")[2] in AREAS and _fits(file):
            operations.setdefault(file.parent, []).append(file)
    found: list[Path] = []
    total = 0
    for turn in range(max(len(files) for files in operations.values())):
        for files in operations.values():
            if turn < len(files) and total + _number(files[turn]) <= CASES:
                found.append(files[turn])
                total += _number(files[turn])
    return found


def _fits(file: Path) -> bool:
    return file.suffix == ".robot" and file.exists() and file.name not in LEFT and not SERVERS.search(file.read_text())


def _number(file: Path) -> int:
    """Cases of a file: lines at the margin below their heading."""
    below = file.read_text().split("*** Test Cases ***", 1)[1].split("\n***", 1)[0]
    return sum(1 for line in below.splitlines()[1:] if line and not line[0].isspace() and line[0] != "#")


def _needed(suite: Path, file: Path) -> Iterator[Path]:
    """The file, the resources and libraries that it imports, and the data that it and they name."""
    seen, left = set(), [file]
    while left:
        one = left.pop()
        if one in seen:
            continue
        seen.add(one)
        if one.suffix in (".robot", ".resource"):
            text = one.read_text()
            named = re.findall(r"^(?:Resource|Library|Variables)\s+\$\{EXECDIR\}/(\S+)", text, re.MULTILINE)
            left += [suite / name for name in named if (suite / name).is_file()]
    texts = "\n".join(one.read_text() for one in seen)
    data = [f for f in (suite / "data").rglob("*") if f.is_file() and f.name in texts]
    yield from (f for f in seen if "HttpCtrl" not in f.parts)
    yield from data
    yield from (suite / "resources" / "jsonld-contexts").glob("*.jsonld")
    yield suite / "libraries" / "dateTimeUtils.py"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
