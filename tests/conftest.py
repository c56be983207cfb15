"""One real PostgreSQL for the run: the embedded one, or the one DATABASE_URL names.

With xdist every worker has an instance folder (and pytest-django a database) of its own on that one server.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from lingqu.site import postgres
from lingqu.site.instance import Instance

EXTERNAL = "DATABASE_URL" in os.environ


def _first() -> None:
    root = Path(tempfile.mkdtemp(prefix="lingqu-test-"))
    root.chmod(0o711)  # ours: the server's user passes through
    os.environ["LINGQU_INSTANCE"] = str(root)
    mine = os.getpid()
    if EXTERNAL:
        postgres.check_version(os.environ["DATABASE_URL"])
    else:
        postgres.start(Instance(root))

    @atexit.register
    def _clean() -> None:
        if os.getpid() == mine:  # not in forked children
            if not EXTERNAL:
                postgres.remove(Instance(root))
            shutil.rmtree(root, ignore_errors=True)


def _worker(name: str) -> None:
    shared = Instance(Path(os.environ["LINGQU_INSTANCE"]))
    own = Instance(shared.root / name)
    own.run.mkdir(parents=True)
    if not EXTERNAL:
        shutil.copy(postgres.connection_file(shared), postgres.connection_file(own))
    os.environ["LINGQU_INSTANCE"] = str(own.root)


os.environ["DJANGO_SETTINGS_MODULE"] = "lingqu.site.settings"
os.environ.setdefault("LINGQU_DEMO", "1")
if name := os.environ.get("PYTEST_XDIST_WORKER"):
    _worker(name)
else:
    _first()

import django  # noqa: E402

django.setup()
