"""Scores: who may give them, when an answer is decided, who settles a difference, and what the database refuses."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from complaints.models import Case, CaseEvent
from reports.audits import scoring
from reports.audits.scoring import AgencyAudit, Stratum, agreement, measured_agreement
from reports.drill.counted import Question, counted_page
from reports.drill.lists import COUNTED
from reports.figures.reading import read
from reports.figures.sums import Scope
from reports.models import AuditItem, AuditRound, AuditScore
from reports.periods import ReportPeriod
from tests.reports.audits.conftest import PERIOD, POINTS, once, twice

pytestmark = pytest.mark.django_db


def refused(**values: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditScore.objects.create(**(POINTS | values))


def test_one_score_decides_or_two_that_agree(
    drawn: AuditRound, lina: User, rami: User, adel: User, now: datetime
) -> None:
    single, double = once(drawn), twice(drawn)
    scoring.score(single.pk, POINTS, verdict="hollow", by=lina, at=now)
    scoring.score(double.pk, POINTS, verdict="genuine", by=lina, at=now)
    assert AuditItem.objects.get(pk=double.pk).verdict == ""
    with pytest.raises(scoring.AlreadyScored):
        scoring.score(double.pk, POINTS, verdict="genuine", by=lina, at=now)
    with pytest.raises(scoring.AlreadyScored):
        scoring.score(single.pk, POINTS, verdict="genuine", by=rami, at=now)
    scoring.score(double.pk, POINTS, verdict="genuine", by=rami, at=now)
    found = {item.pk: item.verdict for item in AuditItem.objects.filter(pk__in=[single.pk, double.pk])}
    assert found == {single.pk: "hollow", double.pk: "genuine"}
    refused(item=single, scorer=adel, verdict="genuine", scored_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditItem.objects.filter(pk=single.pk).update(verdict="genuine")
    rows = AuditItem.objects.filter(pk=single.pk)
    for change in (
        lambda: AuditScore.objects.filter(item=single).update(verdict="genuine"),
        lambda: AuditScore.objects.filter(item=single).delete(),
        lambda: rows._raw_delete(rows.db),
        lambda: rows.update(judged_at=now + timedelta(days=40)),
        lambda: rows.update(is_challenged=not single.is_challenged),
        lambda: AuditItem.objects.filter(verdict="").update(needs_second=False, sample=double.sample),
        lambda: AuditItem.objects.create(
            sample=single.sample, is_challenged=False, needs_second=False, verdict="hollow", judged_at=now
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    # Retention takes the answer away, and nothing else.
    assert rows.update(answer=None) == 1


def test_what_was_found_is_told_when_the_round_is_over(drawn: AuditRound, lina: User, now: datetime) -> None:
    AuditItem.objects.filter(needs_second=True).delete()
    days = ReportPeriod(now.date(), now.date())
    last, *others = AuditItem.objects.order_by("pk")
    told = []
    for item in (*others, last):
        scoring.score(item.pk, POINTS, verdict="hollow", by=lina, at=now)
        later = now + timedelta(minutes=1)
        found = counted_page(Question(Case.objects.all(), COUNTED["hollow_found"], days, Scope(), later)).keys
        told.append((read(days, at=later).total.value("hollow_found"), len(found)))
    assert (set(told[:-1]), told[-1]) == ({(0, 0)}, (len(told), len(told)))


def test_a_third_person_settles_a_difference(
    drawn: AuditRound, lina: User, rami: User, adel: User, now: datetime
) -> None:
    item = twice(drawn)
    with pytest.raises(scoring.NotInDispute):
        scoring.settle(item.pk, verdict="hollow", because="لا جواب فيه", by=adel, at=now)
    scoring.score(item.pk, POINTS, verdict="genuine", by=lina, at=now)
    scoring.score(item.pk, POINTS, verdict="hollow", by=rami, at=now)
    assert [list(scoring.disputes(user, at=now)) for user in (lina, rami, adel)] == [[], [], [item]]
    with pytest.raises(scoring.NoSuchItem):
        scoring.settle(item.pk, verdict="hollow", because="لا جواب فيه", by=lina, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditItem.objects.filter(pk=item.pk).update(
            verdict="hollow", judged_at=now, settled_by=lina, settled_because="لا جواب"
        )
    settled = scoring.settle(item.pk, verdict="hollow", because="لا جواب فيه", by=adel, at=now)
    assert (settled.verdict, settled.settled_by) == ("hollow", adel)
    assert list(AuditItem.objects.hollow()) == [item]
    assert measured_agreement([drawn]).share == Fraction(0, 1)


def test_who_acted_on_a_case_neither_sees_nor_scores_its_answer(drawn: AuditRound, lina: User, now: datetime) -> None:
    item = once(drawn)
    assert item.answer is not None
    actor = CaseEvent.objects.filter(case=item.answer.case, actor__is_staff=True).latest("number").actor
    assert actor is not None
    refused(item=item, scorer=actor, verdict="hollow", scored_at=now)
    with pytest.raises(scoring.NoSuchItem):
        scoring.score(item.pk, POINTS, verdict="hollow", by=actor, at=now)
    assert item in scoring.judgeable(lina, at=now)
    assert item not in scoring.judgeable(actor, at=now)


def test_what_is_next_is_open_and_new_to_the_scorer(drawn: AuditRound, lina: User, rami: User, now: datetime) -> None:
    total = AuditItem.objects.count()
    for expected in range(total, 0, -1):
        assert scoring.open_for(lina, drawn, at=now).count() == expected
        key = scoring.next_item(lina, drawn, at=now)
        assert key is not None
        scoring.score(key, POINTS, verdict="genuine", by=lina, at=now)
    assert scoring.next_item(lina, drawn, at=now) is None
    assert scoring.open_for(rami, drawn, at=now).count() == AuditItem.objects.filter(needs_second=True).count()
    found = scoring.audits(scoring.rounds_within(PERIOD), at=now)
    assert {audit.share for audit in found.values() if audit.judged} == {Fraction(1)}
    assert sum(audit.open for audit in found.values()) == AuditItem.objects.filter(needs_second=True).count()


def test_each_sort_of_answers_counts_by_its_number() -> None:
    """Ten of a thousand were challenged and all ten drawn, eight of them hollow; of the ten others none is."""
    audit = AgencyAudit((Stratum(10, 10, 2), Stratum(990, 10, 10)))
    assert (audit.judged, audit.hollow, audit.share) == (20, 8, Fraction(992, 1000))
    assert audit.effective == Fraction(1000**2) / (Fraction(100, 10) + Fraction(990**2, 10))
    assert AgencyAudit((Stratum(0, 0, 0), Stratum(5, 0, 0))).share is None


def test_kappa_takes_out_what_chance_would_do() -> None:
    """The example of Cohen's formula by hand: 20 and 15 agree of 50, expected 0.5, so 0.4."""
    pairs = [("h", "h")] * 20 + [("h", "g")] * 5 + [("g", "h")] * 10 + [("g", "g")] * 15
    found = agreement(pairs)
    assert (found.share, found.kappa) == (Fraction(7, 10), Fraction(2, 5))
    assert (agreement([]).kappa, agreement([("h", "h")]).kappa) == (None, None)
