"""What is done to a directive, by whom, who is told, and what the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from agencies.models import Agency
from notifications.models import Message, MessageState
from reports.directives import actions
from reports.directives.actions import DirectiveText, StepReport
from reports.models import Directive, DirectiveFile, DirectiveNotice, DirectiveState, DirectiveStep
from tests.cast import NOW
from tests.reports.directives.conftest import DUE, TEXT, Issue, done

LATER = NOW + timedelta(hours=1)


def sent(template: str) -> set[str]:
    """Return to whom a message went, by the key of the recipient."""
    return set(Message.objects.filter(template=template).values_list("recipient", flat=True))


def key(*people: User) -> set[str]:
    return {f"user:{person.pk}" for person in people}


def test_a_directive_goes_from_its_issue_to_evidence_and_is_closed(
    issue: Issue, asma: User, nadia: User, faris: User, omar: User
) -> None:
    directive = issue()
    assert sent("directive_issued") == key(nadia, faris)
    words = Message.objects.filter(template="directive_issued", recipient=f"user:{nadia.pk}").get().body
    assert f"/ar/staff/reports/directives/{directive.pk}/" in words
    actions.report(directive.pk, StepReport("بدأنا بالمواقع العشرة الأولى."), version=1, by=faris, at=LATER)
    with pytest.raises(actions.NoEvidence):
        actions.report(directive.pk, done(LATER, files=0), version=2, by=faris, at=LATER)
    actions.report(directive.pk, done(LATER), version=2, by=faris, at=LATER)
    assert sent("directive_reported") == key(asma)
    late = DUE + timedelta(days=11)
    actions.send_back(directive.pk, text="الصورة لا تُظهر الموقع.", due_on=late, version=3, by=asma, at=LATER)
    assert Directive.objects.get().due_on == late
    actions.report(directive.pk, done(LATER), version=4, by=nadia, at=LATER)
    actions.close(directive.pk, version=5, by=asma, at=LATER)
    kinds = list(DirectiveStep.objects.values_list("kind", flat=True))
    assert kinds == ["issued", "progress", "done", "sent_back", "done", "closed"]
    closed = Directive.objects.get()
    assert (closed.state, closed.version, DirectiveFile.objects.count()) == (DirectiveState.CLOSED, 6, 2)
    assert sent("directive_sent_back") == sent("directive_closed") == key(nadia, faris)


def test_nobody_else_does_it_and_nobody_twice(
    issue: Issue, asma: User, ghada: User, nadia: User, omar: User, gam: Agency, lina: User
) -> None:
    directive = issue()
    for other in (omar, lina, asma):
        with pytest.raises(actions.DirectiveRefused):
            actions.report(directive.pk, done(LATER), version=1, by=other, at=LATER)
    actions.report(directive.pk, done(LATER), version=1, by=nadia, at=LATER)
    # The head of the unit decides on directives of the unit, not on those of the Prime Minister's office.
    for other in (nadia, ghada, lina):
        with pytest.raises(actions.DirectiveRefused):
            actions.close(directive.pk, version=2, by=other, at=LATER)
    with pytest.raises(actions.DirectiveChanged):
        actions.close(directive.pk, version=1, by=asma, at=LATER)
    actions.close(directive.pk, version=2, by=asma, at=LATER)
    for by in (asma, nadia):
        with pytest.raises(actions.DirectiveRefused):
            actions.withdraw(directive.pk, text="x" * 10, version=3, by=by, at=LATER)
    with pytest.raises(actions.DirectiveRefused):
        issue(by=lina)
    with pytest.raises(actions.NobodyToRead):
        actions.issue(DirectiveText(gam, "عنوان التوجيه", TEXT, DUE), by=ghada, at=LATER)
    assert Directive.objects.count() == 1


def test_a_withdrawn_directive_takes_its_message_back(issue: Issue, asma: User) -> None:
    directive = issue()
    actions.withdraw(directive.pk, text="صدر بالخطأ إلى هذه الجهة.", version=1, by=asma, at=LATER)
    assert Directive.objects.get().state == DirectiveState.WITHDRAWN
    assert Message.objects.get(template="directive_issued").state == MessageState.CANCELLED
    assert sent("directive_withdrawn") != set()


def _refused(write: Callable[[], object]) -> str:
    """Return why the database refuses ``write``, deferred checks included."""

    def write_and_check() -> None:
        with transaction.atomic():
            write()
            connection.check_constraints()

    with pytest.raises(IntegrityError) as refused:
        write_and_check()
    return str(refused.value).split("\n", 1)[0]


def test_the_database_keeps_what_was_issued_and_refuses_every_other_way(
    issue: Issue, asma: User, nadia: User, now: datetime
) -> None:
    directive = issue()
    row = Directive.objects.filter(pk=directive.pk)
    step = DirectiveStep.objects.get()
    notice = DirectiveNotice(directive=directive, due_on=DUE, level="reminder", told_at=now)
    notice.save(force_insert=True)
    refused = {
        "text": _refused(lambda: row.update(text="x", version=2)),
        "day": _refused(lambda: row.update(due_on=date(2026, 2, 1), version=2)),
        "skip": _refused(lambda: row.update(state="closed", version=2)),
        "evidence": _refused(lambda: row.update(state="reported", version=2)),
        "version": _refused(lambda: row.update(state="withdrawn")),
        "step": _refused(lambda: row.update(state="withdrawn", version=2)),
        "delete": _refused(DirectiveNotice.objects.filter(pk=notice.pk).delete),
        "history": _refused(lambda: DirectiveStep.objects.filter(pk=step.pk).update(text="x")),
        "told twice": _refused(
            lambda: DirectiveNotice.objects.create(directive=directive, due_on=DUE, level="reminder", told_at=now)
        ),
        "begin": _refused(
            lambda: Directive.objects.bulk_create(
                [Directive(agency=directive.agency, title="x", text="x", due_on=DUE, office="unit", issued_by=asma,
                           issued_at=now, state="closed")]
            )
        ),
        "half a figure": _refused(
            lambda: Directive.objects.create(
                agency=directive.agency, title="x", text="x", due_on=DUE, office="unit", issued_by=asma, issued_at=now,
                measure="late",
            )
        ),
    }  # fmt: skip
    assert {name: why for name, why in refused.items() if not _is_of(name, why)} == {}


def _is_of(name: str, why: str) -> bool:
    said = {
        "text": "does not change",
        "day": "moves only when it is sent back",
        "skip": "does not go from open to closed",
        "evidence": "has no evidence",
        "version": "does not go from",
        "step": "changed without a step",
        "delete": "neither changed nor deleted",
        "history": "neither changed nor deleted",
        "told twice": "directivenotice_once",
        "begin": "begins by being issued",
        "half a figure": "directive_figure_is_whole",
    }
    return said[name] in why
