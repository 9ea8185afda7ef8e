"""The life of a report: who may do what, what is frozen, and what the database itself refuses."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from agencies.models import Agency
from reports.models import PeriodicReport, ReportKind, ReportState, SectionComment
from reports.periodic import drafting, life
from reports.periods import ReportPeriod
from tests.complaints.threads import overtaken
from tests.reports.periodic.conftest import DECEMBER, freeze

pytestmark = pytest.mark.django_db


def refused(**changes: object) -> type[Exception] | None:
    """Change every report behind the back of the code, and return what the database says."""
    try:
        with transaction.atomic():
            PeriodicReport.objects.update(**changes)
    except IntegrityError:
        return IntegrityError
    return None


def test_an_approved_report_has_its_digest_and_nobody_changes_it(
    approved: PeriodicReport, lina: User, rana: User, hala: User, now: datetime
) -> None:
    assert approved.sha256 == hashlib.sha256(approved.content.encode()).hexdigest()
    documents = [life.document(approved, language) for language in ("ar", "en")]
    assert [(each.version, each.sections[0].comment) for each in documents] == [(1, "لا طلبات."), (1, "No cases.")]
    for changes in (
        {"content": approved.content + " "},
        {"sha256": "0" * 64},
        {"state": ReportState.DRAFT},
        {"approved_by": lina},
        {"what_changed": "x"},
        {"state": ReportState.RELEASED, "released_by": hala, "released_at": now, "content": "{}"},
    ):
        assert refused(**changes) is IntegrityError, changes
    for change in (
        lambda: PeriodicReport.objects.all().delete(),
        lambda: SectionComment.objects.update(text_en="Changed."),
        lambda: SectionComment.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    for step in (
        lambda: life.comment(approved, "summary", by=lina, at=now, texts=("", "")),
        lambda: life.rewrite(approved, by=lina, at=now, edition=approved.edition),
        lambda: life.discard(approved, by=lina, at=now, edition=approved.edition),
        lambda: life.approve(approved, by=hala, at=now, edition=approved.edition),
    ):
        with pytest.raises(life.ReportChanged):
            step()
    released = life.release(approved, by=hala, at=now)
    assert (released.state, released.sha256) == (ReportState.RELEASED, approved.sha256)
    with pytest.raises(life.ReportChanged):
        life.release(approved, by=hala, at=now)


def test_author_reviewer_and_approver_are_three_people(
    draft: PeriodicReport, lina: User, rana: User, hala: User, now: datetime
) -> None:
    life.comment(draft, "summary", by=rana, at=now, texts=("تعليق رنا.", "Rana's comment."))
    with pytest.raises(life.ReportChanged):  # the comment came after lina's page was made
        life.send(draft, by=lina, at=now, edition=draft.edition)
    draft.refresh_from_db()
    sent = life.send(draft, by=lina, at=now, edition=draft.edition)
    for person in (lina, rana):
        with pytest.raises(life.NotEntitled):
            life.review(sent, by=person, at=now, edition=sent.edition)
        assert refused(reviewed_by=person, reviewed_at=now) is IntegrityError
    reviewed = life.review(sent, by=hala, at=now, edition=sent.edition)
    for person in (hala, lina):
        with pytest.raises(life.NotEntitled):
            life.approve(reviewed, by=person, at=now, edition=reviewed.edition)
    digest = life.digest(reviewed.content)
    for person in (hala, lina, rana):
        changes = {"state": "approved", "approved_by": person, "approved_at": now, "sha256": digest}
        assert refused(**changes) is IntegrityError
    back = life.send_back(reviewed, by=hala, at=now, edition=reviewed.edition, reason="Name the agencies.")
    assert (back.state, back.reviewed_by, back.sent_back_for) == (ReportState.DRAFT, None, "Name the agencies.")


def test_whoever_wrote_any_words_of_it_neither_reviews_nor_approves(
    approved: PeriodicReport, lina: User, rana: User, hala: User, now: datetime
) -> None:
    version = life.correct(approved, by=rana, at=now, what_changed="A comment was wrong.")
    drafting.write_ordered(at=now)
    life.comment(version, "summary", by=hala, at=now, texts=("كلام هالة.", "Hala's words."))
    life.comment(version, "summary", by=lina, at=now, texts=("كلام هالة ولينا.", "Hala's and Lina's words."))
    version.refresh_from_db()
    assert life.authors(version) == {rana.pk, hala.pk, lina.pk}
    sent = life.send(version, by=lina, at=now, edition=version.edition)
    for person in (rana, hala):  # rana says what changed, hala's words stand under lina's name
        with pytest.raises(life.NotEntitled):
            life.review(sent, by=person, at=now, edition=sent.edition)
        with pytest.raises(IntegrityError), transaction.atomic():
            PeriodicReport.objects.filter(pk=sent.pk).update(reviewed_by=person, reviewed_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodicReport.objects.filter(pk=sent.pk).update(made_by=lina)


def test_a_step_that_leaves_nobody_to_approve_is_told_before_it_is_taken(
    draft: PeriodicReport, lina: User, rana: User, hala: User, now: datetime
) -> None:
    def told(report: PeriodicReport, who: User) -> tuple[list[str], str]:
        offered = life.offered(report, who, at=now)
        return [act.name for act in offered], str(life.hindrance(report, who, offered, at=now) or "")

    def begins(report: PeriodicReport, who: User) -> tuple[list[str], str]:
        names, sentence = told(report, who)
        return names, " ".join(sentence.split()[:8])

    with translation.override("en"):
        assert begins(draft, hala) == (["rewrite", "discard"], "Somebody else in the unit has to send")
        assert told(draft, lina) == (["send", "rewrite", "discard"], "")
        sent = life.send(draft, by=lina, at=now, edition=draft.edition)
        assert begins(sent, hala) == ([], "Somebody else in the unit has to review")
        assert begins(sent, rana) == (["review"], "")
        assert begins(sent, lina) == ([], "Waiting for a review by somebody in the")
        reviewed = life.review(sent, by=rana, at=now, edition=sent.edition)
        assert told(reviewed, hala) == (["approve"], "")
        assert begins(reviewed, rana) == ([], "Waiting for the approval of a head of")
        back = life.send_back(reviewed, by=hala, at=now, edition=reviewed.edition, reason="Name the agencies.")
        life.comment(back, "summary", by=hala, at=now, texts=("كلام هالة.", "Hala's words."))
        back.refresh_from_db()
        for person in (hala, lina, rana):
            assert begins(back, person) == (["rewrite", "discard"], "No one is left who can approve this")


def test_of_two_who_approve_at_once_the_second_is_told(
    draft: PeriodicReport, lina: User, rana: User, hala: User, now: datetime
) -> None:
    sent = life.send(draft, by=lina, at=now, edition=draft.edition)
    reviewed = life.review(sent, by=rana, at=now, edition=sent.edition)
    assert life.approve(reviewed, by=hala, at=now, edition=reviewed.edition).state == ReportState.APPROVED
    with pytest.raises(life.ReportChanged) as told:
        life.approve(reviewed, by=hala, at=now, edition=reviewed.edition)
    assert (told.value.report.state, told.value.report.approved_by) == (ReportState.APPROVED, hala)


def test_periods_that_are_not_over_and_overlapping_drafts_are_refused(
    draft: PeriodicReport, lina: User, omar: User, now: datetime
) -> None:
    for first, last in (
        (now.date(), now.date()),
        (date(2026, 5, 1), date(2026, 5, 31)),
        (DECEMBER.last, DECEMBER.first),
    ):
        with pytest.raises(life.UnfinishedPeriod):
            life.order(ReportKind.SPAN, ReportPeriod(first, last), by=lina, at=now)
    with pytest.raises(life.ReportExists):
        life.order(ReportKind.MONTH, DECEMBER, by=lina, at=now)
    with pytest.raises(life.NotEntitled):
        life.order(ReportKind.YEAR, ReportPeriod(date(2024, 1, 1), date(2024, 12, 31)), by=omar, at=now)
    span = life.order(ReportKind.SPAN, ReportPeriod(date(2025, 12, 3), date(2025, 12, 9)), by=lina, at=now)
    with pytest.raises(life.DraftsOverlap) as told:
        life.order(ReportKind.SPAN, ReportPeriod(date(2025, 12, 9), date(2025, 12, 12)), by=lina, at=now)
    assert told.value.report == span
    life.discard(span, by=lina, at=now, edition=span.edition)
    assert list(PeriodicReport.objects.all()) == [draft]


def test_a_correction_is_a_new_version_that_says_what_changed(
    approved: PeriodicReport, lina: User, rana: User, hala: User, now: datetime
) -> None:
    version = life.correct(approved, by=lina, at=now, what_changed="A comment was wrong.")
    with pytest.raises(life.ReportChanged):
        life.correct(approved, by=rana, at=now, what_changed="Another thing was wrong.")
    drafting.write_ordered(at=now)
    version.refresh_from_db()
    assert [row.text_en for row in version.comments.all()] == ["No cases."]
    # As long as it changes nothing, nobody sends it, and its page says what to do.
    unchanged = life.offered(version, lina, at=now)
    assert unchanged == [life.REWRITE, life.DISCARD]
    with translation.override("en"):
        said = str(life.hindrance(version, lina, unchanged, at=now))
    assert said.startswith("This correction changes nothing in the report. Write a comment")
    with pytest.raises(life.NothingChanged):
        life.send(version, by=lina, at=now, edition=version.edition)
    life.comment(version, "summary", by=lina, at=now, texts=("لا طلبات في الفترة.", "No cases in the period."))
    version.refresh_from_db()
    assert life.offered(version, lina, at=now)[0] == life.SEND
    version = freeze(version, (lina, rana, hala), at=now)
    assert (version.number, version.corrects, version.sha256 != approved.sha256) == (2, approved, True)
    (changed,) = life.changes(life.document(approved, "en"), life.document(version, "en"))
    assert (changed.comment_before, changed.comment_after) == ("No cases.", "No cases in the period.")
    with transaction.atomic():
        life.release(approved, by=hala, at=now)
        assert list(PeriodicReport.objects.newest()) == [approved]
        transaction.set_rollback(True)
    life.release(version, by=hala, at=now)
    with pytest.raises(life.ReportChanged):  # what is corrected already goes to nobody
        life.release(approved, by=hala, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        PeriodicReport.objects.filter(pk=approved.pk).update(state="released", released_by=hala, released_at=now)
    assert (life.offered(approved, hala, at=now), list(PeriodicReport.objects.newest())) == ([], [version])


def test_a_draft_that_its_writer_left_is_written_by_the_next(lina: User, cmu: Agency, now: datetime) -> None:
    ordered = life.order(ReportKind.MONTH, DECEMBER, by=lina, at=now)
    PeriodicReport.objects.update(claimed_at=now)
    assert drafting.write_ordered(at=now + timedelta(minutes=5)) == 0
    assert drafting.write_ordered(at=now + timedelta(minutes=10)) == 1
    ordered.refresh_from_db()
    assert (ordered.state, ordered.steps_done == ordered.steps > 0) == (ReportState.DRAFT, True)


def test_a_draft_that_is_discarded_while_it_stands_in_the_way_stops_no_other(lina: User, now: datetime) -> None:
    span = life.order(ReportKind.SPAN, ReportPeriod(date(2025, 12, 3), date(2025, 12, 9)), by=lina, at=now)
    discarded = partial(life.discard, span, by=lina, at=now, edition=span.edition)
    with overtaken(discarded, before='"made_at" DESC'):
        made = life.order(ReportKind.SPAN, ReportPeriod(date(2025, 12, 9), date(2025, 12, 12)), by=lina, at=now)
    assert list(PeriodicReport.objects.all()) == [made]
