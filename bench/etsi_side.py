"""The web application as ``bench.etsi`` asks it: the public suite shows no credentials, so that every request which
shows none is given the key of the suite's own system here, in front of the application. Nothing of Lingqu reads this.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from lingqu.site.wsgi import application as inner

_KEY = f"Bearer {os.environ['BENCH_KEY']}"


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    environ.setdefault("HTTP_AUTHORIZATION", _KEY)
    environ.setdefault("HTTP_LINGQU_PURPOSE", "conformance")
    return inner(environ, start)
