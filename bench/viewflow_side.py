"""django-viewflow's side of ``bench.procedures``, run by the Python of an environment that has it.

Reads a number of cases a line, does them, and answers with the seconds of CPU they took. Five user tasks are assigned,
started and executed in a transaction each under viewflow's own lock, as its views do.
"""

# mypy: ignore-errors
# ruff: noqa: E402 (Django is set up before viewflow is read)

import json
import os
import sys
import time
import types

import django
from django.conf import settings

_NAMES = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
GIVEN = {_NAMES[key]: value for key, value in json.loads(os.environ["BENCH_DATABASE"]).items()}
INSTALLED = ["django.contrib.contenttypes", "django.contrib.auth", "viewflow", "viewflow.workflow"]
settings.configure(
    SECRET_KEY="bench",
    USE_TZ=True,
    ROOT_URLCONF=__name__,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[*INSTALLED, "permits"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"options": "-c search_path=viewflow"},
            **GIVEN,
        }
    },
)
permits = types.ModuleType("permits")
permits.__path__ = [os.path.dirname(os.path.abspath(__file__))]
sys.modules["permits"] = permits
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views
from viewflow.workflow.models import Process

urlpatterns = []
call_command("migrate", verbosity=0)
VIEW = views.UpdateProcessView.as_view(fields=[])


class Permit(flow.Flow):
    __module__ = "permits.flows"  # how viewflow finds it again from a stored case
    process_class = Process
    lock_impl = lock.select_for_update_lock
    start = flow.StartHandle(this.begin).Next(this.accept)
    accept = flow.View(VIEW).Next(this.split)
    split = flow.Split().Next(this.a).Next(this.b).Next(this.c)
    a = flow.View(VIEW).Next(this.join)
    b = flow.View(VIEW).Next(this.join)
    c = flow.View(VIEW).Next(this.join)
    join = flow.Join().Next(this.decide)
    decide = flow.View(VIEW).Next(this.end)
    end = flow.End()

    def begin(self, activation, **_):
        return activation.process


permits.flows = sys.modules["permits.flows"] = sys.modules[__name__]
CLERK, _ = User.objects.get_or_create(username="clerk")


def case():
    process, done = Permit.start.run(), 0
    while True:
        task = process.task_set.filter(status="NEW", flow_task_type="HUMAN").order_by("pk").first()
        if task is None:
            break
        with transaction.atomic(), Permit.lock(process.pk):
            task.refresh_from_db()
            activation = task.flow_task.activation_class(task)
            activation.assign(CLERK)
            activation.start(None)
            activation.execute()
            done += 1
    process.refresh_from_db()
    assert (done, process.status) == (5, "DONE"), (done, process.status)


for line in sys.stdin:
    began = time.process_time()
    for _ in range(int(line)):
        case()
    print(time.process_time() - began, flush=True)
