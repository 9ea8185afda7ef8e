"""Answering the lead answers all: everybody by the own way, with a history of their own, or nobody at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import DatabaseError

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import accept, answers as closing_verbs, ask, close, link, links, refer, sign, unlink
from complaints.engine.change import Change
from complaints.models import Answer, Case, CaseLink, Clock, Holding
from notifications.models import Message, MessageState
from tests.cast import NOW
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, Neighbours

pytestmark = pytest.mark.usefixtures("clock", "english")

type Follow = Callable[..., Case]
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


def verbs_of(case: Case) -> list[str]:
    return list(case.events.values_list("action", flat=True))


def owed(case: Case) -> list[tuple[str, str, str]]:
    """Return what is still to be sent to the case's citizen: template, channel and language."""
    mine = Message.objects.filter(reference=case.reference, recipient=f"citizen:{case.citizen_id}")
    waiting = mine.filter(state=MessageState.PENDING).exclude(template="case_received")
    return list(waiting.values_list("template", "channel", "language"))


def test_five_people_are_answered_once_each_by_their_own_way(
    follow: Follow, lead: Case, neighbours: Neighbours, omar: User, now: datetime
) -> None:
    by_mail, english, *others = neighbours(4)
    by_mail.email, by_mail.email_confirmed_at = "neighbour@home.example", now
    by_mail.save(update_fields=["email", "email_confirmed_at"])
    english.language = "en"
    english.save(update_fields=["language"])
    cases = [follow(by_mail, notify_by="email"), follow(english), *(follow(one) for one in others)]
    answer = close(lead, by=omar, at=now, **GOOD)
    for case in cases:
        case.refresh_from_db()
    assert [(case.state, case.outcome, case.closed_by, case.closed_at) for case in [lead, *cases]] == [
        ("closed", "solved", omar, now)
    ] * 5
    assert [owed(case) for case in [lead, *cases]] == [
        [("case_answered", "sms", "ar")],
        [("case_answered", "email", "ar")],
        [("case_answered", "sms", "en")],
        [("case_answered", "sms", "ar")],
        [("case_answered", "sms", "ar")],
    ]
    copies = [case.answers.get() for case in cases]
    assert {(one.found, one.done, one.likeness, one.written_by_id) for one in copies} == {
        (answer.found, answer.done, answer.likeness, omar.pk)
    }
    assert [verbs_of(case) for case in cases] == [["file", "link", "accept", "close"]] * 4
    closings = [case.events.get(action="close") for case in cases]
    assert [(copy.event, copy.lead_answer) for copy in copies] == [(closing, answer) for closing in closings]
    assert lead.events.get(action="close").facts["followers"] == 4


def test_the_mark_of_a_challenged_answer_goes_with_its_copies(
    follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case, why = follow(karim, is_accepted=True), "الموعد متفق عليه بالهاتف"
    words = {"found": "الشركة على علم بالمشكلة.", "done": "سيتم إرسال فرقة الصيانة في أقرب وقت."}
    close(lead, by=omar, at=now, outcome="partly", sent_because=why, **words)
    for each in (lead, case):
        answer = each.answers.get()
        assert (answer.challenge, answer.sent_because) == ("promise", why)
        assert each.events.get(action="close").facts["challenged"] == "promise"


def test_clocks_and_holdings_of_the_followers_end(
    follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    close(lead, by=omar, at=now, **GOOD)
    case.refresh_from_db()
    assert (case.holder, Holding.objects.filter(case=case, ended_at__isnull=True).count()) == ("", 0)
    clocks = Clock.objects.filter(case=case).order_by("pk")
    assert [(clock.kind, clock.ending) for clock in clocks] == [
        ("decide_competence", "met"),
        ("answer", "met"),
        ("may_object", ""),
    ]
    assert verbs_of(case) == ["file", "accept", "link", "close"]


@pytest.mark.usefixtures("yusuf")
def test_who_cannot_be_answered_is_left_as_they_are(
    follow: Follow, lead: Case, neighbours: Neighbours, conduct: Topic, gam: Agency, omar: User, lina: User
) -> None:
    waits, done, elsewhere, signed, asks, free = (follow(one) for one in neighbours(6))
    ask(waits, by=omar, at=NOW, text="متى انقطعت المياه بالضبط؟")
    refer(elsewhere, by=lina, at=NOW, agency=gam)
    Case.objects.filter(pk=signed.pk).update(topic=conduct)
    Case.objects.filter(pk=asks.pk).update(kind="inquiry")
    accept(done, by=omar, at=NOW, days=1)
    close(done, by=omar, at=NOW, **GOOD)
    before = {case.pk: Case.objects.get(pk=case.pk).version for case in (waits, done, elsewhere, signed, asks)}

    reach = links.answer_reach(lead, by=omar, at=NOW, signed=False)
    assert [case.pk for case in reach.ready] == [free.pk]
    assert [(one.case.pk if one.case else None, one.why) for one in reach.left] == [
        (waits.pk, "waiting for the citizen"),
        (done.pk, "already closed"),
        (None, "not in progress at your agency"),
        (signed.pk, "its topic needs a second signature"),
        (asks.pk, "of another kind"),
    ]
    close(lead, by=omar, at=NOW, **GOOD)
    assert {pk: Case.objects.get(pk=pk).version for pk in before} == before
    free.refresh_from_db()
    assert free.state == "closed"


def test_a_case_of_the_officers_own_is_left(
    follow: Follow, lead: Case, karim: Citizen, omar: User, nadia: User, now: datetime
) -> None:
    case = follow(karim)
    omar.person = karim
    omar.save(update_fields=["person"])
    close(lead, by=omar, at=now, **GOOD)
    case.refresh_from_db()
    assert case.state == "referred"


@pytest.mark.parametrize("who", ["omar", "nadia"])
def test_a_case_of_the_writers_or_the_signers_own_is_left(
    follow: Follow, lead: Case, karim: Citizen, conduct: Topic, omar: User, nadia: User, who: str
) -> None:
    case, user = follow(karim, is_accepted=True), {"omar": omar, "nadia": nadia}[who]
    user.person = karim
    user.save(update_fields=["person"])
    Case.objects.update(topic=conduct)
    lead.refresh_from_db()
    proposed = close(lead, by=omar, at=NOW, **GOOD)
    reach = links.answer_reach(lead, by=nadia, at=NOW, signed=True, writer=proposed.written_by)
    assert [(one.case, one.why) for one in reach.left] == [
        (None, {"omar": "the person who wrote the answer may not handle it", "nadia": "your own case"}[who])
    ]
    sign(lead, by=nadia, at=NOW)
    case.refresh_from_db()
    assert (lead.state, case.state, case.answers.count()) == ("closed", "in_progress", 0)


def test_an_unlinked_child_stays_open(follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime) -> None:
    case = follow(karim)
    unlink(CaseLink.objects.get(), by=omar, at=now)
    close(lead, by=omar, at=now, **GOOD)
    case.refresh_from_db()
    assert (case.state, owed(case), case.answers.count()) == ("referred", [], 0)


def test_a_related_case_is_not_answered(
    file_case: FileCase, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = file_case(citizen=karim)
    link(case, lead, "related", by=omar, at=now)
    close(lead, by=omar, at=now, **GOOD)
    case.refresh_from_db()
    assert case.state == "referred"


def test_a_failure_at_the_last_one_leaves_nobody_answered(
    follow: Follow, lead: Case, neighbours: Neighbours, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = (follow(one) for one in neighbours(2))
    whole = closing_verbs._copy

    def break_down(answer: Answer, change: Change) -> Answer:
        if change.case.pk == last.pk:
            raise DatabaseError
        return whole(answer, change)

    monkeypatch.setattr(closing_verbs, "_copy", break_down)
    with pytest.raises(DatabaseError):
        close(lead, by=omar, at=now, **GOOD)
    states = Counter(Case.objects.values_list("state", flat=True))
    assert (states, Answer.objects.count(), owed(first)) == ({"in_progress": 1, "referred": 2}, 0, [])


def test_one_signature_answers_all(
    follow: Follow, lead: Case, karim: Citizen, conduct: Topic, omar: User, nadia: User, now: datetime
) -> None:
    case = follow(karim)
    Case.objects.update(topic=conduct)
    lead.refresh_from_db()
    close(lead, by=omar, at=now, **GOOD)
    case.refresh_from_db()
    assert (case.state, case.answers.count()) == ("referred", 0)
    sign(lead, by=nadia, at=now)
    case.refresh_from_db()
    given = case.answers.get()
    assert (case.state, given.written_by, given.signed_by) == ("closed", omar, nadia)


def test_many_followers_cost_a_constant_each(
    follow: Follow,
    lead: Case,
    neighbours: Neighbours,
    omar: User,
    now: datetime,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    cases = [follow(one) for one in neighbours(30)]
    with django_assert_max_num_queries(30 * 70 + 60):
        close(lead, by=omar, at=now, **GOOD)
    assert Case.objects.filter(state="closed").count() == 31
    told = Message.objects.filter(template="case_answered", state=MessageState.PENDING)
    assert Counter(told.values_list("reference", flat=True)) == {case.reference: 1 for case in [lead, *cases]}
