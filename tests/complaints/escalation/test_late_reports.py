"""The morning's e-mail to the leadership: each late case that was reported, none lost and none twice."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Absence, Citizen, Membership, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import close, recuse
from complaints.escalation import digest, ladder
from complaints.models import Case
from notifications.models import Message
from tests.complaints import DONE, FOUND, RECUSAL_REASON
from tests.complaints.cases import FileCase
from tests.complaints.escalation.mornings import moment

#: ``accepted`` missed its promise on Sunday the 11th at 15:30; the secretary-general is told a working day later.
REPORTED, TUESDAY, WEDNESDAY = moment("2026-01-12 15:31"), moment("2026-01-13 08:30"), moment("2026-01-14 08:30")


def letters(at: datetime) -> dict[str, Message]:
    """Run the digest of a morning and return who got which list."""
    digest.late_reports_send(at=at)
    found = Message.objects.filter(template="ladder_digest", occasion=f"late:{at.date()}")
    return {message.address.partition("@")[0]: message for message in found}


def climb(*, until: datetime = REPORTED) -> None:
    for at in (moment("2026-01-11 15:31"), REPORTED, until):
        ladder.sweep(at=at)


@pytest.mark.django_db
def test_a_reported_case_is_in_every_list_until_it_is_no_longer_late_and_then_once(
    accepted: Case, omar: User, nadia: User, basma: User, fares: User, lina: User
) -> None:
    climb()
    assert basma.email not in {letter.address for letter in Message.objects.all()}  # no mail for the case alone
    assert digest.late_reports_send(at=moment("2026-01-13 08:29")) == 0
    first = letters(TUESDAY)
    assert set(first) == {"basma"}  # the minister's office is told a day later
    assert all(
        words in first["basma"].body
        for words in (accepted.reference, "تأخر يوم", "مياه الأردن", f"/ar/staff/cases/{accepted.reference}/\n\n")
    )
    assert (first["basma"].expires_at, digest.late_reports_send(at=TUESDAY + timedelta(hours=3))) == (None, 0)
    # Told once to each level as new, and named again while it is late.
    climb(until=moment("2026-01-13 15:31"))
    second = letters(WEDNESDAY)
    assert {name: '"reported": "1"' in message.context for name, message in second.items()} == {
        "basma": False,
        "fares": True,
    }
    close(accepted, by=omar, at=WEDNESDAY, outcome="solved", found=FOUND, done=DONE)
    assert letters(moment("2026-01-15 08:30")) == {}


@pytest.mark.django_db
def test_a_case_answered_before_the_morning_is_named_as_no_longer_late(
    accepted: Case, omar: User, nadia: User, basma: User
) -> None:
    climb()
    close(accepted, by=omar, at=REPORTED + timedelta(minutes=5), outcome="solved", found=FOUND, done=DONE)
    assert f"{accepted.reference}: لم يعد متأخرًا" in letters(TUESDAY)["basma"].body


@pytest.mark.django_db
def test_who_reads_the_list(  # noqa: PLR0917
    accepted: Case, gam: Agency, nadia: User, basma: User, fares: User, lina: User, yusuf: User, amina: Citizen
) -> None:
    climb(until=moment("2026-01-13 15:31"))
    # Nobody can stop it; the deputy reads it while the secretary-general is away, and nobody of another agency.
    User.objects.filter(pk=fares.pk).update(wants_digest=False)
    Membership.objects.create(user=yusuf, agency=gam, role=Role.SECRETARY_GENERAL, starts_on=date(2025, 1, 1))
    away = Absence.objects.create(user=basma, deputy=nadia, starts_on=date(2026, 1, 14), ends_on=date(2026, 1, 14))
    assert set(letters(WEDNESDAY)) == {"fares", "nadia"}
    # Neither who is recused, nor the deputy of somebody who is; nor who filed it.
    recuse(accepted, by=lina, at=WEDNESDAY, person=basma, text=RECUSAL_REASON)
    User.objects.filter(pk=fares.pk).update(person=amina)
    Absence.objects.filter(pk=away.pk).update(ends_on=date(2026, 1, 15))
    assert letters(moment("2026-01-15 08:30")) == {}


@pytest.mark.django_db
def test_the_unit_counts_what_was_reported_and_what_found_nobody(accepted: Case, basma: User, lina: User) -> None:
    climb()
    told = {}
    for at in (moment("2026-01-12 08:30"), TUESDAY):
        digest.send(at=at)
        letter = Message.objects.get(template="cmu_digest", occasion=f"digest:{at.date()}")
        told[at.day] = [name for name in ("reported", "vacant") if f'"{name}": "1"' in letter.context]
    # Without a supervisor the first two levels are told of one evening, and the third of the next one.
    assert told == {12: ["reported", "vacant"], 13: ["vacant"]}


@pytest.mark.django_db
def test_many_cases_cost_the_statements_of_one(
    accepted: Case, file_case: FileCase, nadia: User, basma: User, fares: User
) -> None:
    climb()

    def cost(at: datetime) -> int:
        with CaptureQueriesContext(connection) as statements:
            assert set(letters(at)) == {"basma"}
        return len(statements)

    one = cost(TUESDAY)
    for _number in range(3):
        file_case()
    ladder.sweep(at=moment("2026-01-08 12:00"))
    assert cost(TUESDAY + timedelta(days=1)) == one
