"""The calls of the centre to silent people: once, within a day's number, and gone when they have spoken."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.actions import accept, ask, close, rate, reply
from complaints.engine import notices
from complaints.escalation import expiry
from complaints.models import Case
from notifications import outbox
from notifications.models import CallTask, Message, MessageState
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def closed_cases(file_case: FileCase, omar: User, count: int, *, at: datetime) -> list[Case]:
    cases = [file_case(subject=f"انقطاع {number}") for number in range(count)]
    for case in cases:
        accept(case, by=omar, at=at, days=5)
        close(case, by=omar, at=at, outcome="solved", found=FOUND, done=DONE)
    return cases


def to_call() -> set[str]:
    return set(CallTask.objects.filter(done_at=None).values_list("message__reference", flat=True))


def test_some_who_do_not_rate_are_called_the_unreached_first_and_nobody_who_has_spoken(
    file_case: FileCase, amina: Citizen, omar: User, now: datetime, settings: Any
) -> None:
    settings.SATISFACTION_CALLS = 2
    cases, asked = closed_cases(file_case, omar, 4, at=now), now + 3 * DAY
    assert expiry.ask(at=asked) == 4
    Message.objects.filter(template="case_rating").update(created_at=asked, state=MessageState.DELIVERED)
    assert expiry.plan(at=asked + HOUR) == 0
    lost = Message.objects.filter(template="case_rating", reference=cases[2].reference)
    lost.update(state=MessageState.UNDELIVERABLE)
    rate(cases[0], by=amina.user, at=asked + HOUR, count=0, solved="yes")
    # Nobody waits for an answer to what did not arrive; the others are drawn a day later, two a day in all.
    assert (expiry.plan(at=asked + HOUR), to_call()) == (1, {cases[2].reference})
    tomorrow = asked + DAY + HOUR
    assert [expiry.plan(at=tomorrow), expiry.plan(at=tomorrow)] == [2, 0]
    assert to_call() == {case.reference for case in cases[1:]}
    # Whoever rates while being called keeps the call for an hour: the agent comes back to its page.
    rate(cases[1], by=amina.user, at=tomorrow, count=0, solved="no")
    assert (expiry.plan(at=tomorrow + HOUR / 2), cases[1].reference in to_call()) == (0, True)
    assert (expiry.plan(at=tomorrow + 2 * HOUR), cases[1].reference in to_call()) == (0, False)
    expiry.plan(at=now + 40 * DAY)
    assert to_call() == set()


def test_nobody_is_called_where_a_day_allows_none(
    file_case: FileCase, omar: User, now: datetime, settings: Any
) -> None:
    settings.SATISFACTION_CALLS = 0
    closed_cases(file_case, omar, 1, at=now)
    expiry.ask(at=now + 3 * DAY)
    Message.objects.update(created_at=now + 3 * DAY)
    assert expiry.plan(at=now + 5 * DAY) == 0


def test_who_leaves_a_question_open_is_called_once_and_the_agent_has_words_for_it(
    accepted: Case, amina: Citizen, omar: User, sami: User, now: datetime, desk: Desk
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    reminded = now + 5 * DAY
    notice = notices.to_citizen("case_reminder", case=accepted, on=reminded.date())
    outbox.owe([notice], occasion="reminder", at=reminded)
    Message.objects.filter(template="case_reminder").update(created_at=reminded, state=MessageState.DELIVERED)
    assert [expiry.plan(at=reminded + hours * HOUR) for hours in (1, 25, 26)] == [0, 1, 0]
    task = CallTask.objects.get()
    page = desk(sami).get(reverse("call", args=[task.pk]))
    script = page.context["script"]
    assert [words in " ".join(script) for words in (amina.short_name, accepted.reference, "آخر 4 أرقام")] == [True] * 3
    assert ("ما رقم العداد" in page.content.decode(), "/r/" in " ".join(script)) == (False, False)
    reply(accepted, by=amina.user, at=reminded + 30 * HOUR, text="العداد 12-345")
    expiry.plan(at=reminded + 32 * HOUR)
    assert CallTask.objects.count() == 0


def test_the_words_of_a_satisfaction_call_are_in_the_language_of_the_person(
    file_case: FileCase, amina: Citizen, omar: User, sami: User, now: datetime, client: Client, desk: Desk
) -> None:
    amina.language = "en"
    amina.save(update_fields=["language"])
    closed_cases(file_case, omar, 1, at=now)
    expiry.ask(at=now + 3 * DAY)
    task = CallTask.objects.create(message=Message.objects.get(template="case_rating"))
    script = desk(sami).get(reverse("call", args=[task.pk])).context["script"]
    assert [any(words in line for line in script) for words in ("Is the matter solved", "How were you treated")] == [
        True,
        True,
    ]
