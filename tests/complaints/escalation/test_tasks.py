"""What the clock does by itself."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from complaints.actions import ask, reply
from complaints.escalation import expiry
from complaints.models import Case, Draft


def test_overdue_questions_lapse_and_others_do_not(
    accepted: Case, triaged: Case, omar: User, lina: User, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    ask(triaged, by=lina, at=now + timedelta(days=7), text="في أي شارع؟")
    over = now + timedelta(days=15)
    assert (expiry.lapse_overdue(at=over), expiry.lapse_overdue(at=over)) == (1, 0)
    assert [Case.objects.get(pk=case.pk).state for case in (accepted, triaged)] == ["in_progress", "waiting"]


def test_a_reply_in_between_is_no_error(
    accepted: Case, omar: User, amina: Citizen, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    lapse = expiry.lapse

    def late(case: Case, *, at: datetime) -> None:
        reply(Case.objects.get(pk=case.pk), by=amina.user, at=at, text="4471")
        lapse(case, at=at)

    monkeypatch.setattr(expiry, "lapse", late)
    assert expiry.lapse_overdue(at=now + timedelta(days=15)) == 0
    assert accepted.questions.get().reply == "4471"


def test_drafts_wait_seven_days(amina: Citizen, karim: Citizen, now: datetime) -> None:
    Draft.objects.create(citizen=amina, kind="complaint", updated_at=now - timedelta(days=8))
    kept = Draft.objects.create(citizen=karim, kind="complaint", updated_at=now - timedelta(days=6))
    assert expiry.discard_drafts(at=now) == 1
    assert list(Draft.objects.all()) == [kept]
