"""Lighthouse's four classes on its phone profile, a page at a time.

    python -m bench.lighthouse --program node_modules/.bin/lighthouse --address http://127.0.0.1:8321 [--only login]

The address is that of a ``lingqu demo`` that runs already: pages of signed-in people are opened with a demo account's
session. ``CHROME_PATH`` names the browser. Every audit that cost a page weight is named beside its figure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
from bench.harness import Figure, above, say

BAR = 95
CLASSES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu"
PUBLIC = (
    "/",
    "/citizen/",
    "/citizen/services/",
    "/enterprise/",
    "/enterprise/papers/founding_common/",
    "/apply/founding_common/",
    "/services/guides/birth_registration/",
    "/services/progress/",
    "/operations/",
    "/registers/",
    "/registers/Building/",
    "/registers/Building/?map=1",
    "/registers/search/?q=中央",
    "/services/departments/",
    "/certificates/",
    "/appointments/",
    "/developers/connect/",
    "/developers/",
    "/accounts/login/",
)
OWN = {
    "citizen": (
        *("/citizen/my/", "/my/messages/", "/my/cases/", "/my/certificates/", "/my/mandates/", "/my/appointments/"),
        *("/my/dues/", "/citizen/consult/", "/citizen/my-data/"),
    ),
    "owner": ("/enterprise/my/",),
    "licences": ("/stewardship/cases/", "/stewardship/cases/all/"),
    "steward": (
        *("/stewardship/", "/stewardship/catalogue/", "/stewardship/deliveries/", "/stewardship/fusion/"),
        *("/stewardship/design/", "/stewardship/design/procedure/enterprise_founding/"),
    ),
    "auditor": ("/stewardship/ledger/",),
}
"""Demo account → pages of its own."""
FORM = "founding_common"
"""The situation whose first page of questions is opened, as a trial without an account."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="Lighthouse's command")
    parser.add_argument("--address", default="http://127.0.0.1:8321")
    parser.add_argument("--only", default="", help="parts of addresses, by commas")
    given = parser.parse_args()
    wanted = [word for word in given.only.split(",") if word]
    for page, cookies in _pages(given.address.rstrip("/")):
        if not wanted or any(word in page for word in wanted):
            say(list(figures(page, report(given.program, given.address.rstrip("/") + page, cookies))))


def _pages(address: str) -> Iterator[tuple[str, str]]:
    """Pages with the cookies they are asked for with."""
    yield from ((page, "") for page in PUBLIC)
    yield f"/apply/{FORM}/1/", _cookies(address, f"/apply/{FORM}/", f"/apply/{FORM}/begin/", {})
    for account, pages in OWN.items():
        cookies = _cookies(address, "/accounts/login/", "/accounts/demo/", {"username": account})
        yield from ((page, cookies) for page in pages)


def _cookies(address: str, page: str, form: str, fields: dict[str, str]) -> str:
    """What the browser holds once the form of a page was sent."""
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        client.get(page).raise_for_status()
        token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
        answer = client.post(form, data=fields | token, headers={"Referer": address})
        if answer.status_code != 302:
            raise SystemExit(f"{form} answered {answer.status_code}")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def report(program: str, url: str, cookies: str) -> dict[str, Any]:
    """Lighthouse's own report, asked for one page in a fresh browser."""
    with tempfile.TemporaryDirectory() as folder:
        out, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookies} if cookies else {}))
        command = [program, url, "--quiet", f"--chrome-flags={FLAGS}", f"--only-categories={','.join(CLASSES)}"]
        command += ["--output=json", f"--output-path={out}", f"--extra-headers={headers}"]
        subprocess.run(command, check=True, timeout=300)
        found: dict[str, Any] = json.loads(out.read_text())
    if "runtimeError" in found:
        raise SystemExit(f"{url}: {found['runtimeError']['message']}")
    return found


def figures(page: str, found: dict[str, Any]) -> Iterator[Figure]:
    load = f"load {os.getloadavg()[0]:.1f}"
    landed = found["finalDisplayedUrl"]
    if not unquote(landed).endswith(page) and not landed.split("?")[0].endswith(page):
        raise SystemExit(f"{page} led to {landed}")
    for name in CLASSES:
        told = found["categories"][name]
        lost = [ref["id"] for ref in told["auditRefs"] if ref["weight"] and _short(found["audits"][ref["id"]])]
        notes = ([load] if name == "performance" else []) + lost
        yield above(f"{page} {name}", round(100 * (told["score"] or 0)), "", BAR, note=", ".join(notes))


def _short(audit: dict[str, Any]) -> bool:
    """Audits that do not apply have no score."""
    return audit["score"] is not None and audit["score"] < 0.9


if __name__ == "__main__":
    main()
