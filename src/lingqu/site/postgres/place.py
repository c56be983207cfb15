"""Where the cluster lives, and as whom it runs.

PostgreSQL refuses to run as root. Started by root it runs as the system user ``lingqu``; what that user cannot reach
(a folder under a closed parent) is put under ``/var/lib/lingqu`` instead, and nobody's folder is opened for it.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lingqu.kernel.errors import Unavailable
from lingqu.kernel.text import Text
from lingqu.site.instance import Instance
from lingqu.site.postgres import processes, programs

USER = "lingqu"
# A socket's whole path must fit into sun_path: 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET = 100


@dataclass(frozen=True)
class Place:
    """``home`` holds ``data/``, ``s/`` (socket), ``log/``; ``bin`` the programs; ``user`` is None for our own."""

    home: Path
    bin: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def socket(self) -> Path | None:
        """The private folder of the socket; None where its path is too long and loopback TCP is used."""
        folder = self.home / "s"
        return folder if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET else None

    @property
    def log(self) -> Path:
        return self.home / "log"

    def run_as(self) -> dict[str, object]:
        """Arguments for subprocess that make a process the server's user's."""
        who: dict[str, object] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
        if self.user:
            entry = pwd.getpwnam(self.user)
            who |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        return who

    def own(self, path: Path) -> None:
        if self.user:
            shutil.chown(path, self.user, self.user)


def outside() -> Path:
    """Where root puts what the server's user cannot reach."""
    return Path(os.environ.get("LINGQU_PG_HOME", "/var/lib/lingqu"))


def place_of(instance: Instance) -> Place:
    """The place of an instance's cluster, made if it is not there. Call it under the start lock."""
    user = _user()
    folder = programs.binaries()
    if user and not _reaches(user, folder / "postgres"):
        folder = _copied(folder)
    place = Place(_home(instance, user), folder, user)
    for each in (place.home, place.home / "s", place.log):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.own(each)
        each.chmod(0o700)
    return place


def home_of(instance: Instance) -> Path:
    """Where the cluster is now, without making anything."""
    signpost = instance.pg / "elsewhere"
    return Path(signpost.read_text().strip()) if signpost.exists() else instance.pg


def forgotten() -> list[Path]:
    """Data under ``outside()`` whose instance was deleted, or points elsewhere by now. Nothing deletes it by itself."""
    found = []
    for mark in outside().glob("*/instance"):
        instance = Instance(Path(mark.read_text().strip()))
        if home_of(instance) != mark.parent and not processes.remains(mark.parent / "data"):
            found.append(mark.parent)
    return found


def _home(instance: Instance, user: str | None) -> Path:
    home = home_of(instance)
    if home != instance.pg or (instance.pg / "data").exists():
        return home
    instance.pg.mkdir(parents=True, exist_ok=True)
    if user and not _reaches(user, instance.pg):
        home = outside() / secrets.token_hex(6)
        _open_folder(outside())
        home.mkdir(mode=0o700)
        (home / "instance").write_text(f"{instance.root}\n")
        (instance.pg / "elsewhere").write_text(f"{home}\n")
    return home


def _open_folder(folder: Path) -> None:
    """A folder of ours that others may pass through; parents that exist stay as they are."""
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o755)
        folder.chmod(0o755)


def _user() -> str | None:
    """The account the server runs as: None is our own."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        _create_user()
    return USER


def _create_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:" + os.defpath)
    command = [
        useradd or "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--shell",
        "/usr/sbin/nologin",
        USER,
    ]
    done = subprocess.run(command, capture_output=True, text=True) if useradd else None
    try:
        pwd.getpwnam(USER)  # another process may have been first
    except KeyError:
        raise Unavailable(
            "postgres.user",
            Text(zh=f"无法创建系统用户 {USER}", en=f"The system user {USER} could not be created"),
            place=done.stderr.strip() if done else "useradd",
            next_step=Text(
                zh=f"手工创建系统用户 {USER}，或以普通用户运行",
                en=f"Create the system user {USER} by hand, or run Lingqu as a normal user",
            ),
        ) from None


def _reaches(user: str, path: Path) -> bool:
    """Whether this user may go into the folder or run the program, asked of the kernel by being that user."""
    entry = pwd.getpwnam(user)
    asked = subprocess.run(
        ["test", "-x", str(path)], user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/", capture_output=True
    )
    return asked.returncode == 0


def _copied(folder: Path) -> Path:
    """A copy of the programs that the server's user can reach; kept by version.

    A wheel keeps the libraries it brings beside the package (``<package>.libs``), found by relative path.
    """
    base = outside() / "binaries"
    _open_folder(outside())
    _open_folder(base)
    install, package = folder.parent, folder.parent.parent
    home = base / programs.version(folder)
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            fresh = base / f".{home.name}.{os.getpid()}"
            ignore = shutil.ignore_patterns("*.a", "include")
            shutil.copytree(install, fresh / package.name / install.name, symlinks=True, ignore=ignore)
            if (libraries := package.with_name(f"{package.name}.libs")).exists():
                shutil.copytree(libraries, fresh / libraries.name)
            for each in (fresh, fresh / package.name):
                each.chmod(0o755)
            fresh.rename(home)
    return home / package.name / install.name / folder.name
