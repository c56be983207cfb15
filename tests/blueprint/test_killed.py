"""An applier that is killed in the middle leaves the drawing as it was, and the next one finishes."""

import os
import subprocess
import sys
import time
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import SYSTEM
from lingqu.centre.drawing import door as drawing
from toytown import TOYTOWN

APPLY = f"""
import django
django.setup()
from pathlib import Path
from lingqu.blueprint import door
from lingqu.centre.access.door import SYSTEM
door.apply(SYSTEM, door.load(Path({str(TOYTOWN)!r})))
"""


def database_url() -> str:
    here = connection.settings_dict
    login = f"{quote(here['USER'])}:{quote(here['PASSWORD'])}@" if here["USER"] else ""
    where = urlencode({"host": here["HOST"], "port": here["PORT"]})
    return f"postgresql://{login}/{here['NAME']}?{where}"


def waiting(cursor) -> bool:
    cursor.execute("SELECT 1 FROM pg_locks WHERE relation = 'drawing_definition'::regclass AND NOT granted")
    return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_an_applier_killed_in_the_middle_leaves_nothing():
    environment = os.environ | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "lingqu.site.settings"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE drawing_definition IN EXCLUSIVE MODE")  # readers pass, its writes have to wait
        applier = subprocess.Popen([sys.executable, "-c", APPLY], env=environment)
        try:
            deadline = time.monotonic() + 120
            while not waiting(cursor) and applier.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            assert waiting(cursor), "the applier never came to write"
        finally:
            applier.kill()
            applier.wait()
    assert drawing.revision() == 0
    assert drawing.placed() == []
    assert blueprint.apply(SYSTEM, blueprint.load(TOYTOWN)).changed
    assert not blueprint.apply(SYSTEM, blueprint.load(TOYTOWN)).changed
