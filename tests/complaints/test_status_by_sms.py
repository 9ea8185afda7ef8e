"""A tracking number from its registered phone is answered once with the status; all else gets one answer or none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Citizen
from accounts.rate_limits import HOUR, RateLimit, spent
from complaints import reference, status_by_sms
from complaints.case_text import kinds, timeline
from complaints.models import Case
from complaints.workflow import Outcome
from notifications import addresses
from notifications.models import Channel, Message, MessageState, Verdict
from notifications.sending import routes
from notifications.wordings import proofreading
from notifications.wordings.sms import segments
from tests.complaints.mandates import give_mandate
from tests.complaints.pages import Clock
from tests.notifications.web.twilio_requests import INBOUND, SAYS, choose_twilio, post, reply

pytestmark = pytest.mark.django_db
NUMBER = "90111"
type Ask = Callable[..., list[Message]]


@pytest.fixture(autouse=True)
def _questions(settings: Any, clock: Clock) -> None:
    """Let people ask by SMS."""
    choose_twilio(settings)
    settings.SMS_STATUS_NUMBER, settings.SHORT_HOST = NUMBER, "bk.gov.jo"


@pytest.fixture
def ask(referred: Case, amina: Citizen) -> Ask:
    """Return a function that sends an SMS as its carrier does, and returns the answers that are owed for it."""
    serial = iter(range(1, 1000))

    def send(text: str, *, sender: str = amina.phone, sid: str = "", **more: str) -> list[Message]:
        sid = sid or f"SM{next(serial):032x}"
        answer = reply(text, sender=sender, **{"To": NUMBER, "MessageSid": sid, **more})
        assert (answer.status_code, answer.content) == (200, b"<Response/>")
        return list(Message.objects.filter(occasion=f"sms_status:twilio:{sid}"))

    return send


def test_a_step_that_can_still_be_undone_is_said_with_the_status(
    ask: Ask, accepted: Case, amina: Citizen, undo_window: timedelta, clock: Clock
) -> None:
    [answer] = ask(accepted.reference)
    assert str(answer.body).startswith(f"شكوى {accepted.reference}: قيد المعالجة، وقد يتغيّر ذلك حتى 10:02. ")
    clock.pass_(seconds=120)
    [answer] = ask(accepted.reference)
    assert str(answer.body).startswith(f"شكوى {accepted.reference}: قيد المعالجة. ")


def test_the_registered_phone_gets_the_status_of_the_page_in_the_persons_language(
    ask: Ask, referred: Case, amina: Citizen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ref = referred.reference
    [arabic] = ask(ref)
    assert str(arabic.body) == f"شكوى {ref}: قيد التحقق. bk.gov.jo/r/{arabic.token}"
    assert (arabic.recipient, arabic.address, arabic.segments) == (f"citizen:{amina.pk}:sms", amina.phone, 1)
    assert (arabic.channel, arabic.daytime, arabic.state) == (Channel.SMS, False, MessageState.PENDING)
    Citizen.objects.filter(pk=amina.pk).update(language="en")
    spoken = ref.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    typed = (reference.grouped(ref), f"{spoken[:2]}-{spoken[2:6]}-{spoken[6:]}", f" {ref[:2]}\u2013{ref[2:]}.\n")
    answers = [answer for text in typed for answer in ask(text)]
    assert [str(english.body) for english in answers] == [
        f"Complaint {ref}: Being checked. bk.gov.jo/r/{english.token}" for english in answers
    ]
    assert len(answers) == len(typed)
    assert arabic.expires_at == arabic.created_at + timedelta(hours=1)
    assert [ref in record.getMessage() or amina.phone in record.getMessage() for record in caplog.records] == []


def test_the_same_message_delivered_twice_is_answered_once(ask: Ask, referred: Case, now: datetime) -> None:
    sid = f"SM{'f' * 32}"
    first = ask(referred.reference, sid=sid)
    assert (ask(referred.reference, sid=sid), len(first)) == (first, 1)
    assert spent(status_by_sms.ANSWERS_PER_PHONE, first[0].address, at=now) == 1


def test_whatever_is_not_found_gets_one_same_answer(ask: Ask, referred: Case, karim: Citizen) -> None:
    ref = referred.reference
    wrong = ref[:-1] + str((int(ref[-1]) + 1) % 10)
    unknown = reference.make(year=2026, serial=9_999_999)
    texts = [wrong, unknown, ref, ref[:-1], f"{ref}1"]
    answers = [answer for text in texts for answer in ask(text, sender=karim.phone)]
    bodies = {(str(each.body), each.template, each.reference, each.recipient, each.token) for each in answers}
    assert (len(answers), len(bodies)) == (len(texts), 1)
    [(body, template, about, recipient, token)] = bodies
    assert (template, about, recipient, token) == ("status_not_found", "", f"citizen:{karim.pk}:sms", None)
    assert (segments(body), ref in body) == (1, False)


def test_a_representative_is_answered_while_the_mandate_lasts(
    ask: Ask, referred: Case, amina: Citizen, karim: Citizen, now: datetime, clock: Clock
) -> None:
    give_mandate(amina, karim, at=now, days=1, covers_all=True)
    [told] = ask(referred.reference, sender=karim.phone)
    assert (told.template, told.recipient, told.address) == ("case_status", f"citizen:{karim.pk}:sms", karim.phone)
    clock.pass_(days=2)
    assert [each.template for each in ask(referred.reference, sender=karim.phone)] == ["status_not_found"]


def test_who_has_no_account_is_answered_and_people_may_share_a_phone(ask: Ask, referred: Case, karim: Citizen) -> None:
    amina = referred.citizen
    amina.user, karim.phone = None, amina.phone
    amina.save(update_fields=["user"])
    karim.save(update_fields=["phone", "phone_lookup"])
    assert [(each.template, each.recipient) for each in ask(referred.reference)] == [
        ("case_status", f"citizen:{amina.pk}:sms")
    ]


def test_who_is_not_proven_or_stopped_us_and_what_is_no_number_gets_nothing(
    ask: Ask, referred: Case, amina: Citizen, settings: Any
) -> None:
    ref = referred.reference
    assert ask(ref, sender="+962799999999") == ask(ref, sender=f"whatsapp:{amina.phone}") == ask(ref, sender="") == []
    assert ask(f"رقم {ref}") == ask("12345") == ask(ref * 2) == ask("متى الرد؟") == ask(ref, MessageSid="SM1") == []
    assert ask(ref, To="+15005550007") == []
    assert post(INBOUND, SAYS | {"Body": ref, "To": NUMBER}, "forged").status_code == 403
    assert ask("STOP") == ask(ref) == []
    assert addresses.verdict(Channel.SMS, amina.phone) == Verdict.STOPPED
    ask("START")
    assert [each.template for each in ask(ref)] == ["case_status"]
    Citizen.objects.filter(pk=amina.pk).update(is_phone_proven=False)
    assert ask(ref) == []
    Citizen.objects.filter(pk=amina.pk).update(is_phone_proven=True)
    settings.SMS_STATUS_NUMBER = ""
    assert ask(ref, To=settings.SMS_REPLY_NUMBERS[0]) == []


def test_nobody_makes_us_spend_more_than_the_limits(
    ask: Ask,
    referred: Case,
    karim: Citizen,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> None:
    ref, most = referred.reference, status_by_sms.ANSWERS_PER_PHONE.most
    assert [len(ask(ref)) for _ in range(most + 3)] == [1] * most + [0] * 3
    assert len(ask(ref, sender=karim.phone)) == 1
    monkeypatch.setattr(status_by_sms, "ANSWERS_IN_TOTAL", RateLimit("sms_status_all", most + 2, HOUR))
    assert [len(ask(ref, sender=karim.phone)) for _ in range(3)] == [1, 0, 0]
    clock.pass_(days=1)
    assert len(ask(ref)) == 1
    settings.SMS_DAILY_CAP = 1
    routes.count_spending({Channel.SMS: 1})
    assert ask(ref) == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_word_for_a_status_fits_the_sms(language: str) -> None:
    with translation.override(language):
        words = [*map(str, [*timeline._OPEN.values(), *kinds.STATUS.values(), *kinds.ENDED.values()])]
        closed = [timeline.closed_status(Case(outcome=outcome)).word for outcome in Outcome.values]
    assert max(map(len, [*words, *closed])) <= proofreading.LONGEST_STATUS[language]
