"""Reports, annexes and directives decided by two people, or by two presses, at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.attachments import uploads
from reports.circulation import circulating as annexes
from reports.directives import actions as directives
from reports.models import (
    Annex,
    AnnexAnswer,
    AnnexFile,
    Directive,
    DirectiveStep,
    DirectiveStepKind,
    PeriodicReport,
    ReportState,
)
from reports.periodic import life
from tests.cast import make_staff
from tests.complaints.conftest import media
from tests.complaints.threads import Overlap
from tests.reports.circulation.conftest import annex, cases_of_december, released
from tests.reports.directives.conftest import Issue, asma, done, faris, issue, picture
from tests.reports.periodic.conftest import approved, draft, hala, rana

__all__ = [
    "annex",
    "approved",
    "asma",
    "cases_of_december",
    "draft",
    "faris",
    "hala",
    "issue",
    "media",
    "rana",
    "released",
]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_a_report_is_reviewed_approved_and_released_by_one_of_two(
    draft: PeriodicReport, lina: User, rana: User, hala: User, cmu: Agency, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    head = make_staff("muna@cmu.example", "منى", "Muna", "+962790100041", cmu, Role.CMU_HEAD)
    report = life.send(draft, by=lina, at=now, edition=draft.edition)
    wrong = []
    steps: tuple[tuple[Callable[..., PeriodicReport], User, User], ...] = (
        (life.review, rana, head), (life.approve, hala, head), (life.release, hala, head),
    )  # fmt: skip
    for step, first, second in steps:
        seen = {} if step is life.release else {"edition": report.edition}
        overlap = Overlap()
        with monkeypatch.context() as patch:
            patch.setattr(PeriodicReport, "save", overlap.around(PeriodicReport.save))
            won, lost = overlap.run(*(partial(step, report, by=one, at=now, **seen) for one in (first, second)))
        report = PeriodicReport.objects.get(pk=report.pk)
        if not isinstance(won, PeriodicReport) or not isinstance(lost, life.ReportChanged) or overlap.was_overtaken:
            wrong.append((step.__name__, won, lost, overlap.was_overtaken))
    assert (wrong, report.state) == ([], ReportState.RELEASED)
    assert (report.reviewed_by, report.approved_by, report.released_by) == (rana, hala, hala)


def test_an_annex_answered_by_two_has_both_answers_one_after_the_other(
    annex: Annex, faris: User, nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlap = Overlap()
    monkeypatch.setattr(uploads, "keep_for_staff", overlap.around(uploads.keep_for_staff))
    first, second = overlap.run(
        partial(annexes.answer, annex, "نعالج التأخر.", [picture(now)], by=faris, at=now),
        partial(annexes.answer, annex, "نضيف فريقًا.", [picture(now)], by=nadia, at=now),
    )
    assert (type(first), type(second), overlap.was_overtaken) == (AnnexAnswer, AnnexAnswer, False)
    assert (AnnexAnswer.objects.count(), AnnexFile.objects.count()) == (2, 2)


def test_a_directive_is_decided_once(
    issue: Issue, asma: User, nadia: User, cmu: Agency, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_staff("rami@pm.example", "رامي", "Rami", "+962790100042", cmu, Role.PM_OFFICE)
    acts = {
        "close": partial(directives.close, version=2, at=now),
        "send back": partial(directives.send_back, text="الصورة لا تكفي.", due_on=now.date(), version=2, at=now),
        "withdraw": partial(directives.withdraw, text="صدر خطأً.", version=2, at=now),
    }
    wrong = []
    for first, second in (("close", "close"), ("close", "send back"), ("send back", "withdraw"), ("withdraw", "close")):
        directive, overlap = issue(), Overlap()
        directives.report(directive.pk, done(now), version=1, by=nadia, at=now)
        with monkeypatch.context() as patch:
            patch.setattr(Directive, "save", overlap.around(Directive.save))
            won, lost = overlap.run(
                partial(acts[first], directive.pk, by=asma), partial(acts[second], directive.pk, by=other)
            )
        steps = DirectiveStep.objects.filter(directive=directive, number=3)
        is_right = isinstance(won, Directive) and isinstance(lost, directives.DirectiveChanged)
        if not is_right or overlap.was_overtaken or [step.by for step in steps] != [asma]:
            wrong.append((first, second, won, lost, overlap.was_overtaken))
    assert wrong == []
    assert DirectiveStep.objects.filter(kind=DirectiveStepKind.CLOSED).count() == 2
