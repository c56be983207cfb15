"""One real PostgreSQL for the run: the embedded one, or the one DATABASE_URL names."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from lingqu.site import instance, postgres

_root = Path(tempfile.mkdtemp(prefix="lingqu-test-"))
_root.chmod(0o711)
os.environ["LINGQU_INSTANCE"] = str(_root)
os.environ["DJANGO_SETTINGS_MODULE"] = "lingqu.site.settings"
os.environ.setdefault("LINGQU_DEMO", "1")
if "DATABASE_URL" not in os.environ:
    postgres.start(instance.current())


@atexit.register
def _clean() -> None:
    if "DATABASE_URL" not in os.environ:
        postgres.stop(instance.current())
    shutil.rmtree(_root, ignore_errors=True)
