"""Forms of many offices as one: merge them, prove it, fill them again; propose what else is the same.

Merging and filling are functions of definitions and answers: ``Book`` puts definitions side by side, ``opened`` takes
them from the drawing. What is stored are applications and certificates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lingqu.centre.drawing import door as drawing
from lingqu.centre.papers import applications, certificates, status_list
from lingqu.centre.papers.actions.attach_file import LARGEST as LARGEST_FILE
from lingqu.centre.papers.actions.attach_file import attach as attach_file
from lingqu.centre.papers.actions.begin_application import begin as begin_application
from lingqu.centre.papers.actions.issue_certificate import Order
from lingqu.centre.papers.actions.issue_certificate import issue as issue_certificate
from lingqu.centre.papers.actions.renew_certificate import renew as renew_certificate
from lingqu.centre.papers.actions.revoke_certificate import revoke as revoke_certificate
from lingqu.centre.papers.actions.save_application import change_facts
from lingqu.centre.papers.actions.save_application import checked as checked_answers
from lingqu.centre.papers.actions.save_application import drop as drop_application
from lingqu.centre.papers.actions.save_application import invalid as invalid_answers
from lingqu.centre.papers.actions.save_application import save as save_application
from lingqu.centre.papers.actions.send_application import assign as assign_terms
from lingqu.centre.papers.actions.send_application import freeze as freeze_application
from lingqu.centre.papers.actions.send_application import plain, refilled
from lingqu.centre.papers.actions.send_application import settle as settle_application
from lingqu.centre.papers.actions.send_application import supplement as supplement_application
from lingqu.centre.papers.answers import MOST_ROWS, choices
from lingqu.centre.papers.asking import Asked, Group, asked
from lingqu.centre.papers.authority import roots
from lingqu.centre.papers.book import Book, Way, Word
from lingqu.centre.papers.choose import Choice, choose, closure
from lingqu.centre.papers.definitions import Form, FormRules, FormSituation, FormTerms
from lingqu.centre.papers.evaluate import program
from lingqu.centre.papers.explain import explain
from lingqu.centre.papers.fitting import misfit, shape
from lingqu.centre.papers.grammar import names, parse
from lingqu.centre.papers.merge import find_cycle, merge
from lingqu.centre.papers.printed import Dossier, bundle, for_office, of_office, office_data
from lingqu.centre.papers.printed import data as form_data
from lingqu.centre.papers.printed import pdf as form_pdf
from lingqu.centre.papers.proof import Fate, Merge, Question, Source, Step, Unmerged
from lingqu.centre.papers.propose import Proposal, propose, quality
from lingqu.centre.papers.refill import Fetch, Filled, Filler
from lingqu.centre.papers.sorts import require_sort, sort_of_type
from lingqu.centre.papers.table_in import definitions as forms_of_rows
from lingqu.centre.papers.table_in import rows_of
from lingqu.centre.papers.verify import verify
from lingqu.centre.papers.waterfall import removed, table
from lingqu.kernel.errors import Fault, Invalid, NotFound
from lingqu.kernel.text import Text


def situations() -> dict[str, FormSituation]:
    """The situations of the drawing by code."""
    return drawing.every(FormSituation)


def opened(situation: FormSituation, only: Iterable[str] = ()) -> Book:
    """The book of a situation from the drawing; ``only`` some of its forms."""
    return bound(situation, drawing.every(Form), drawing.every(FormTerms), drawing.every(FormRules), only)


def bound(
    situation: FormSituation,
    forms: Mapping[str, Form],
    terms: Mapping[str, FormTerms],
    rules: Mapping[str, FormRules],
    only: Iterable[str] = (),
) -> Book:
    """The same from definitions by code. Raises ``NotFound`` (``papers.form``) for a form that is not there, and
    ``Invalid`` (``papers.two_vocabularies``) for one that speaks another vocabulary than the rules."""
    own = rules[situation.rules]
    wanted = tuple(only) or situation.forms
    for code in wanted:
        if code not in forms:
            raise NotFound(
                "papers.form",
                Text(zh=f"没有编码为“{code}”的表单", en=f"There is no form {code!r}"),
                next_step=Text(
                    zh="本情形的表单：" + "、".join(situation.forms), en="Use: " + ", ".join(situation.forms)
                ),
            )
        if forms[code].terms != own.terms:
            raise Invalid(
                "papers.two_vocabularies",
                Text(zh=f"表单“{code}”用另一套词汇", en=f"The form {code!r} speaks another vocabulary"),
                next_step=Text(zh=f"改用“{own.terms}”的词汇", en=f"Bind its fields to terms of {own.terms!r}"),
            )
    return Book(tuple(forms[code] for code in dict.fromkeys(wanted)), terms[own.terms], own)


def proved(book: Book, true: Iterable[str], situation: str = "") -> tuple[Merge, list[Fault]]:
    """A merge and what the independent checker finds wrong with it: nothing, where both are right."""
    true = tuple(true)
    made = merge(book, true, situation)
    return made, verify(book.forms, book.terms, book.rules, true, made)


__all__ = [
    "LARGEST_FILE",
    "MOST_ROWS",
    "Asked",
    "Book",
    "Choice",
    "Dossier",
    "Fate",
    "Fetch",
    "Filled",
    "Filler",
    "Form",
    "FormRules",
    "FormSituation",
    "FormTerms",
    "Group",
    "Merge",
    "Order",
    "Proposal",
    "Question",
    "Source",
    "Step",
    "Unmerged",
    "Way",
    "Word",
    "applications",
    "asked",
    "assign_terms",
    "attach_file",
    "begin_application",
    "bound",
    "bundle",
    "certificates",
    "change_facts",
    "checked_answers",
    "choices",
    "choose",
    "closure",
    "drop_application",
    "explain",
    "find_cycle",
    "for_office",
    "form_data",
    "form_pdf",
    "forms_of_rows",
    "freeze_application",
    "invalid_answers",
    "issue_certificate",
    "merge",
    "misfit",
    "names",
    "of_office",
    "office_data",
    "opened",
    "parse",
    "plain",
    "program",
    "propose",
    "proved",
    "quality",
    "refilled",
    "removed",
    "renew_certificate",
    "require_sort",
    "revoke_certificate",
    "roots",
    "rows_of",
    "save_application",
    "settle_application",
    "shape",
    "situations",
    "sort_of_type",
    "status_list",
    "supplement_application",
    "table",
    "verify",
]
