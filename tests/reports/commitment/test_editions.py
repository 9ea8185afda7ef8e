"""Editions: counted from cases, frozen, replied to, published, and computed again from the frozen report alone."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from notifications.models import Message
from reports.audits import drawing, scoring
from reports.commitment import frozen
from reports.commitment.index import FIRST_RULE, Rule, rule_on, set_rule
from reports.documents.tree import Document, from_json, to_json
from reports.models import AuditItem, IndexEdition, IndexReply, IndexRule
from reports.models.audits import Component
from reports.periods import ReportPeriod
from tests.cast import make_staff
from tests.reports.audits.conftest import POINTS
from tests.reports.commitment.conftest import PERIOD

pytestmark = pytest.mark.django_db


def test_an_index_is_counted_and_computed_again_from_the_report_alone(cases: None, lina: User, now: datetime) -> None:
    drawn = drawing.draw(PERIOD, size=4, second_percent=0, by=None, at=now)
    for place, item in enumerate(AuditItem.objects.order_by("pk")):
        scoring.score(item.pk, POINTS, verdict="hollow" if place % 3 else "genuine", by=lina, at=now)
    edition = frozen.draft(PERIOD, reply_until=date(2026, 1, 10), by=lina, at=now)
    rows = frozen.indices(edition.counts)
    assert {row.agency for row in rows} == {"miyahuna", "gam", "moh"}
    assert {each.component for row in rows for each in row.components} >= {
        Component.DECIDES,
        Component.ANSWERS,
        Component.SUBSTANCE,
    }
    names = {agency.code: agency.name for agency in Agency.objects.all()}
    written = Document("x", "ar", PERIOD.first, PERIOD.last, 1, now, (frozen.section(edition.counts, names),))
    # Only the bytes of the report are left.
    read = from_json(json.loads(json.dumps(to_json(written))))
    again = frozen.from_section(read.sections[0])
    shown = read.sections[0].table("commitment_index")
    assert again == rows
    assert [(row.agency, row.index, row.low, row.high) for row in again] == [
        (code, *cells[3:6]) for code, cells in zip(shown.row_keys, shown.rows, strict=True)
    ]
    assert drawn.samples.count() == 3


def test_a_draft_is_replied_to_published_once_and_then_stays(
    cases: None, lina: User, nadia: User, water: Agency, now: datetime
) -> None:
    with pytest.raises(frozen.PeriodNotOver):
        frozen.draft(ReportPeriod(PERIOD.first, now.date()), reply_until=date(2026, 1, 10), by=lina, at=now)
    edition = frozen.draft(PERIOD, reply_until=date(2026, 1, 6), by=lina, at=now)
    with pytest.raises(frozen.EditionExists):
        frozen.draft(PERIOD, reply_until=date(2026, 1, 10), by=lina, at=now)
    with pytest.raises(frozen.NoReply):
        frozen.answer(edition.pk, water, "لم تردوا بعد", read=None, by=lina, at=now)
    first = frozen.reply(edition.pk, water, "لا رد", read=None, by=nadia, at=now - timedelta(hours=1))
    with pytest.raises(frozen.ReplyChanged):  # a colleague had the page open before
        frozen.reply(edition.pk, water, "رد زميل", read=None, by=nadia, at=now)
    said = frozen.reply(edition.pk, water, "نصف الطلبات عن عطل واحد", read=first.at, by=nadia, at=now)
    with pytest.raises(frozen.ReplyChanged):  # the unit read the first reply
        frozen.answer(edition.pk, water, "رد فارغ", read=now - timedelta(hours=1), by=lina, at=now)
    frozen.answer(edition.pk, water, "ذكرنا ذلك في الملاحظة", read=said.at, by=lina, at=now + timedelta(minutes=1))
    with pytest.raises(frozen.ReplyChanged):  # the answer would go with it
        frozen.reply(edition.pk, water, "رد جديد", read=said.at, by=nadia, at=now)
    assert frozen.report_section(PERIOD) is None
    with pytest.raises(frozen.ReplyTimeOpen):
        frozen.publish(edition.pk, by=lina, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexEdition.objects.filter(pk=edition.pk).update(published_at=now, published_by=lina)
    later = now + timedelta(days=3)
    with pytest.raises(frozen.ReplyTimeOver):
        frozen.reply(edition.pk, water, "متأخرون", read=said.at, by=nadia, at=later)
    frozen.publish(edition.pk, by=lina, at=later)
    assert frozen.report_section(PERIOD) is not None
    other = IndexEdition.objects.get(pk=edition.pk)
    other.pk, other.first, other.published_at, other.published_by = None, date(2025, 12, 1), None, None
    other.save(force_insert=True)
    with pytest.raises(frozen.EditionPublished):
        frozen.recount(edition.pk, reply_until=date(2026, 2, 1), at=later)
    for change in (
        lambda: IndexEdition.objects.filter(pk=edition.pk).update(counts={}),
        lambda: IndexEdition.objects.filter(pk=edition.pk).delete(),
        lambda: IndexReply.objects.filter(edition=edition).update(answer="غيرنا رأينا"),
        lambda: IndexReply.objects.filter(edition=edition).update(edition=other),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    said = IndexReply.objects.get()
    assert (said.text, said.answer) == ("نصف الطلبات عن عطل واحد", "ذكرنا ذلك في الملاحظة")


def test_each_agency_is_told_once_that_its_draft_awaits_a_reply(
    cases: None, lina: User, nadia: User, omar: User, water: Agency, now: datetime
) -> None:
    """Its heads get one message for both counts; officers get none, and nobody is told again of the publication."""
    faris = make_staff("faris@miyahuna.example", "فارس", "Faris", "+962790100012", water, Role.SECRETARY_GENERAL)
    edition = frozen.draft(PERIOD, reply_until=date(2026, 1, 10), by=lina, at=now)
    frozen.recount(edition.pk, reply_until=date(2026, 1, 12), at=now + timedelta(hours=1))
    told = Message.objects.filter(template="index_reply_open", occasion=f"index:{edition.pk}:miyahuna")
    recipients = list(told.values_list("recipient", flat=True))
    assert len(recipients) == len(set(recipients))
    assert {f"user:{each.pk}" for each in (nadia, faris)} <= set(recipients)
    for message in told:
        assert "10/1/2026" in message.subject
        assert f"/commitment/{edition.pk}/miyahuna/" in message.body
    everybody = Message.objects.filter(template="index_reply_open")
    assert f"user:{omar.pk}" not in everybody.values_list("recipient", flat=True)
    number = everybody.count()
    frozen.publish(edition.pk, by=lina, at=now + timedelta(days=12))
    assert everybody.count() == number


def test_rules_hold_from_their_day_and_are_never_changed(lina: User, now: datetime) -> None:
    weights = dict.fromkeys(Component, 14) | {Component.CONFIRMED: 16}
    stated = Rule(weights, 10, 50, 5)
    row = set_rule(stated, starts_on=date(2026, 2, 1), because="أوزان متقاربة", by=lina, at=now)
    assert [rule_on(day) for day in (date(2026, 1, 31), date(2026, 2, 1))] == [FIRST_RULE, stated]
    corrected = set_rule(Rule(weights, 10, 60, 5), starts_on=date(2026, 2, 1), because="حد آخر", by=lina, at=now)
    assert rule_on(date(2026, 3, 1)).large_from == corrected.large_from == 60
    values = {field.attname: getattr(row, field.attname) for field in IndexRule._meta.fields if not field.primary_key}
    for wrong in ({"decides": 15}, {"large_from": 10}, {"strength": 0}, {"starts_on": date(2026, 1, 3)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IndexRule.objects.create(**(values | wrong))
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexRule.objects.update(strength=9)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndexRule.objects.all().delete()
