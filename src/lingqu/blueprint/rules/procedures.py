"""Procedures: diagrams and tables that the engine understands whole, and tasks with an office and known answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lingqu.blueprint.diagram_files import where
from lingqu.blueprint.model import Blueprint, Entry
from lingqu.centre.procedures import door as procedures
from lingqu.centre.procedures.definitions import Procedure
from lingqu.kernel.errors import Fault


def check(blueprint: Blueprint) -> Iterator[Fault]:
    shown = {path: said for path, said in blueprint.files}
    every = {procedure.code: procedure for _, procedure in blueprint.pairs(Procedure)}
    for entry, procedure in blueprint.pairs(Procedure):

        def placed(fault: Fault, key: str, entry: Entry = entry) -> Fault:
            """A fault at its line of the BPMN or DMN file, or of the YAML where the text stands there."""
            name = where(entry.page.content, entry.base, key)
            if name:
                path = (entry.file.parent / name).resolve()
                return replace(fault, file=shown.get(path, name), column="")
            path_of = ("decisions", int(key.partition(".")[2])) if "." in key else ("diagram",)
            first = entry.page.line((*entry.base, *path_of))
            return replace(fault, file=entry.shown, line=first + (fault.line or 1), column=key)

        try:
            plan = procedures.plan_of(procedure, every.get)
        except procedures.Faulty as error:
            yield from (placed(fault, fault.column) for fault in error.faults)
            continue
        for misfit in procedures.misfits(procedure, plan):
            if misfit.node:
                step = misfit.fault.next_step
                assert step is not None
                yield entry.fault(misfit.fault.rule, misfit.fault.message, step, ("tasks", misfit.node))
            else:
                yield placed(misfit.fault, "diagram")
