"""A real browser before a real server. The executable is the machine's Chromium, or the one Playwright brought."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ui.living import Town, town

ARGUMENTS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@pytest.fixture(scope="module")
def server(town: Town) -> Iterator[str]:
    """Pages of the living town over HTTP. The town is committed, so the server's own connections see it."""
    ours = _sessions()
    live = LiveServer("127.0.0.1")
    yield live.url
    live.stop()
    with connection.cursor() as cursor:  # a request the browser left open keeps its session
        cursor.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) pid", [list(_sessions() - ours)])


def _sessions() -> set[int]:
    """Those of the test database. Playwright's loop may give this thread a connection of its own beside pytest's."""
    with connection.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()} | {connection.connection.info.backend_pid}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the database is used beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=ARGUMENTS
        )
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def faults() -> list[str]:
    """What the browser complained about: errors of scripts and of the content security policy."""
    return []


@pytest.fixture
def context(browser: Browser, server: str, faults: list[str]) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=server, locale="zh-CN", viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, faults: list[str]) -> Page:
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    return opened


__all__ = ["town"]
