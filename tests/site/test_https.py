"""What LINGQU_HTTPS turns on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

ASK = """
import json
from lingqu.site import settings as s
print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_PROXY_SSL_HEADER, s.SECURE_HSTS_SECONDS > 0]))
"""


@pytest.mark.parametrize(
    ("value", "held"),
    [("1", [True, True, ["HTTP_X_FORWARDED_PROTO", "https"], True]), ("", [False, False, None, False])],
)
def test_https_makes_cookies_secure(value: str, held: list[object]) -> None:
    known = os.environ | {"LINGQU_HTTPS": value}
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        env=known,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(asked.stdout) == held
