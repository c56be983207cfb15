"""The words of the editor's script, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def editor_words() -> dict[str, Any]:
    return {**_parts(), **_panel(), **_tables(), **_told(), **_trial(), "canvas": _canvas()}


def _parts() -> dict[str, Any]:
    return {
        "step": _("Step"),
        "exclusive": _("Decision point (one way)"),
        "parallel": _("In parallel (all ways)"),
        "inclusive": _("Decision point (several ways)"),
        "decision": _("Decision table"),
        "timer": _("Wait"),
        "message": _("Message from outside"),
        "race": _("What comes first"),
        "sub": _("Sub-process"),
        "call": _("Call of a procedure"),
        "end": _("End"),
        "hand": _("Move the view"),
        "lasso": _("Choose several"),
        "space": _("Make or remove space"),
        "connect": _("Connect"),
        "remove": _("Remove"),
        "types": {
            "bpmn:UserTask": _("Step"),
            "bpmn:ExclusiveGateway": _("Decision point (one way)"),
            "bpmn:ParallelGateway": _("In parallel (all ways)"),
            "bpmn:InclusiveGateway": _("Decision point (several ways)"),
            "bpmn:BusinessRuleTask": _("Decision table"),
            "bpmn:IntermediateCatchEvent": _("Wait"),
            "bpmn:BoundaryEvent": _("Term of a step"),
            "bpmn:StartEvent": _("Where it begins"),
            "bpmn:EndEvent": _("End"),
            "bpmn:SequenceFlow": _("Link between parts"),
            "bpmn:EventBasedGateway": _("What comes first"),
            "bpmn:SubProcess": _("Sub-process"),
            "bpmn:CallActivity": _("Call of a procedure"),
        },
        "kinds": {
            "bpmn:IntermediateCatchEvent:message": _("Message from outside"),
            "bpmn:BoundaryEvent:message": _("Message at a step"),
            "bpmn:BoundaryEvent:error": _("Error inside"),
            "bpmn:BoundaryEvent:escalation": _("Escalation inside"),
        },
        "within": _("inside {}"),
        "canvas_label": _("Diagram. Everything in it can also be edited in the list of parts below."),
        "unreadable": _("The diagram cannot be drawn:"),
    }


def _canvas() -> dict[str, str]:
    """What bpmn-js itself says."""
    return {
        "Create element": _("Add a part"),
        "Append element": _("Add a part behind"),
        "Change element": _("Change"),
        "Delete": _("Remove"),
    }


def _panel() -> dict[str, Any]:
    return {
        "choose": _("Choose a part of the diagram, or one in the list below."),
        "none": "—",
        "name": _("Name"),
        "english": _("English name"),
        "english_hint": _("Where it differs from the name"),
        "id": _("Id"),
        "id_hint": _("Letters, digits, underscore; running cases keep the old one."),
        "many": _("Done once in each of several departments"),
        "department": _("Department"),
        "departments": _("Departments"),
        "days": _("Working days"),
        "days_hint": _("Of the city's calendar; empty: no term"),
        "answers": _("Answers that are asked for"),
        "returns": _("May be sent back to the applicant, once"),
        "plain_flow": _("This way is always taken. Conditions stand behind decision points."),
        "otherwise": _("Taken when no other condition holds"),
        "condition": _("Condition"),
        "condition_hint": _('For example: amount > 20 and kind = "food"'),
        "variables": _("Variables"),
        "table": _("Decision table"),
        "amount": _("Duration"),
        "unit": _("Unit"),
        "units": {"D": _("working days"), "H": _("hours"), "M": _("minutes")},
        "breaks": _("Ends the step (else the step goes on beside it)"),
        "ends": _("What it ends"),
        "endings": {
            "": _("this way"),
            "terminate": _("the whole case"),
            "error": _("the whole case, as failed"),
            "escalation": _("this way, and tells the leading department"),
        },
        "structure": _("Add behind it"),
        "clock": _("Term"),
        "edge_message": _("Message at it"),
        "edge_error": _("Error inside"),
        "called": _("Procedure that is called"),
        "called_hint": _("As it is published when a case begins; its steps are the case's own."),
        "gives": _("Set before it begins"),
        "takes": _("Taken over when it ended"),
        "which_message": _("Message"),
        "new_message": _("Name of a new message"),
        "new_message_hint": _("Small letters, digits and underscore; systems send it by this name."),
        "sender": _("Department it comes from"),
        "sender_hint": _("Whoever handles such cases there, or its system, says that it came."),
        "brings": _("What it brings"),
        "department_from": _("Department that the case names"),
        "department_from_hint": _("A text that holds a department's code; where it names none, the department above."),
        "lead": _("Lead on to"),
        "lead_on": _("Connect"),
    }


def _tables() -> dict[str, Any]:
    return {
        "input": _("Input"),
        "output": _("Output"),
        "row": _("row"),
        "up": _("Up"),
        "hit": _("Which rows count"),
        "hits": {"FIRST": _("the first that holds"), "UNIQUE": _("exactly one holds")},
        "add_row": _("Add a row"),
        "add_input": _("Add an input"),
        "add_output": _("Add an output"),
        "add_table": _("Add a decision table"),
        "remove_table": _("Remove the table"),
        "zh": _("Chinese"),
        "en": _("English"),
        "type": _("Type"),
        "sorts": {"truth": _("yes or no"), "number": _("number"), "text": _("text")},
        "choices": _("Choices"),
        "new_variable": _("Name of a new variable"),
        "add_variable": _("Add a variable"),
        "variable_hint": _("Small letters, digits and underscore. Choices of a text are parted by commas."),
        "title_zh": _("Chinese name"),
        "title_en": _("English name"),
        "told": _("The applicant reads it"),
        "asks": _("Asked in plain words as"),
        "asks_hint": _("For the page of consultation and complaints"),
        "asked": {"consultation": _("consultation"), "complaint": _("complaint")},
        "leads": _("Leading department"),
        "situation": _("Situation whose forms it takes"),
        "whole_days": _("Working days of the whole, as promised"),
        "supplement_days": _("Working days to supplement"),
    }


def _told() -> dict[str, Any]:
    return {
        "kind": _("Kind"),
        "fault": _("wrong"),
        "warning": _("note"),
        "go_to": _("Go to"),
        "sound": _("Nothing is wrong with it."),
        "found": _("{} faults were found."),
        "compared": _("Compared with what is published"),
        "added": _("new"),
        "changed": _("changed"),
        "removed": _("taken away"),
        "same": _("The diagram is as it is published."),
        "saved": _("Saved as version {}."),
        "unsaved": _("Not saved yet"),
    }


def _trial() -> dict[str, Any]:
    return {
        "begin": _("Begin the try-run"),
        "begin_again": _("Begin again"),
        "back": _("One back"),
        "finish": _("Finish"),
        "let_go": _("Time is up"),
        "arrives": _("It arrives"),
        "path": _("Passed"),
        "ended": _("Ended"),
        "stuck": _("It is stuck here"),
        "yes": _("yes"),
        "no": _("no"),
    }
