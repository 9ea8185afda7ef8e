"""A commitment that falls due reminds its owner; a late one climbs each working day until evidence is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency, Topic
from notifications.models import Message
from reports.models import Phenomenon
from reports.phenomena.actions import Description, add_evidence, commit_to, record_by_hand
from reports.phenomena.batch import tell_of_commitments
from tests.cast import make_staff


def recipients(template: str) -> list[str]:
    return sorted(Message.objects.filter(template=template).values_list("recipient", flat=True))


def committed(water: Agency, leak: Topic, by: User, due_on: date, at: datetime) -> Phenomenon:
    phenomenon = record_by_hand(Description("تسرب في الحي", "", "", leak, None, water), by=by, at=at)
    commit_to(phenomenon.pk, text="نستبدل الخط", due_on=due_on, version=phenomenon.version, by=by, at=at)
    phenomenon.refresh_from_db()
    return phenomenon


def test_the_owner_is_reminded_and_a_delay_climbs_until_evidence_is_written(
    water: Agency, leak: Topic, cmu: Agency, lina: User, nadia: User, ghada: User, now: datetime
) -> None:
    office = make_staff("pm@pm.example", "قارئ", "Reader", "+962790100077", cmu, Role.PM_OFFICE)
    # Now is Sunday, 4 January; the commitment falls due on Thursday.
    late = committed(water, leak, lina, date(2026, 1, 8), now)
    shown = committed(water, leak, lina, date(2026, 1, 8), now)
    add_evidence(shown.pk, text="استُبدل الخط", version=shown.version, by=lina, at=now)
    told = {}
    for day in range(16):
        at = now + timedelta(days=day)
        if number := tell_of_commitments(at=at):
            told[at.date().day] = number
        assert tell_of_commitments(at=at) == 0
    # On the second and third working day the levels are vacant, of which the head of the unit hears.
    assert told == {6: 1, 11: 1, 12: 1, 13: 1, 14: 1}
    assert recipients("commitment_reminder") == [f"user:{nadia.pk}"]
    assert recipients("commitment_late") == sorted(f"user:{user.pk}" for user in (nadia, ghada, ghada, office))
    text = Message.objects.filter(template="commitment_late").earliest("pk")
    assert f"/staff/reports/phenomena/{late.pk}/" in text.body


def test_a_new_day_begins_anew_and_evidence_ends_it(
    water: Agency, leak: Topic, lina: User, nadia: User, now: datetime
) -> None:
    phenomenon = committed(water, leak, lina, now.date(), now)
    assert tell_of_commitments(at=now) == 1
    commit_to(phenomenon.pk, text="لاحقًا", due_on=date(2026, 1, 20), version=phenomenon.version, by=lina, at=now)
    assert tell_of_commitments(at=now + timedelta(days=1)) == 0
    phenomenon.refresh_from_db()
    later = now + timedelta(days=3)
    add_evidence(phenomenon.pk, text="تم", version=phenomenon.version, by=lina, at=later)
    assert tell_of_commitments(at=now + timedelta(days=15)) == 0
