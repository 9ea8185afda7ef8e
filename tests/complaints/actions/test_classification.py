"""Correcting topic and kind: what follows by rule, what never does, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import accept, ask, classify, close, deliver, object_to, refer, reply
from complaints.actions.classification import (
    NothingCorrected,
    TopicKeptFromAgency,
    TopicNotOffered,
    TopicOfOtherAgencies,
    effects,
)
from complaints.actions.precedents import PrecedentDraft
from complaints.engine.transition import NotEntitled
from complaints.models import Answer, Case, Clock, Precedent
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.cases import Bounce, FileCase, make_topic
from tests.prepared_rows import prepared

EARLIER = "case_earlier_date"


@pytest.fixture
@prepared
def burst(outage: Topic) -> Topic:
    """A topic of the same group with three working days instead of seven."""
    return make_topic(
        "burst", "انفجار خط", "Burst main", parent=outage.parent, limit_days=3, kinds=["complaint", "inquiry", "praise"]
    )


@pytest.fixture
@prepared
def slow(outage: Topic) -> Topic:
    """A topic of the same group with twenty working days."""
    return make_topic("slow", "توسعة الشبكة", "New connection", parent=outage.parent, limit_days=20)


def told(case: Case) -> int:
    return Message.objects.filter(reference=case.reference, template=EARLIER).count()


def test_a_shorter_limit_moves_the_promise_and_tells_the_citizen(
    accepted: Case, outage: Topic, burst: Topic, omar: User, now: datetime
) -> None:
    promised = accepted.promised_on
    row = classify(accepted, by=omar, at=now + timedelta(hours=1), topic=burst, kind="complaint")
    accepted.refresh_from_db()
    clock = Clock.objects.get(case=accepted, kind="answer")
    assert (row.topic_before, row.topic_after, row.agency, row.after_closing) == (outage, burst, accepted.agency, False)
    assert (accepted.topic, accepted.state) == (burst, "in_progress")
    assert promised is not None
    assert accepted.promised_on == timezone.localdate(clock.due_at) == timezone.localdate(clock.first_due_at) < promised
    assert (accepted.deadline_at, told(accepted)) == (clock.due_at, 1)
    assert accepted.events.last().facts["new_on"] == accepted.promised_on.isoformat()


def test_a_longer_limit_moves_nothing_and_tells_nobody(accepted: Case, slow: Topic, omar: User, now: datetime) -> None:
    before = (accepted.promised_on, accepted.deadline_at, Message.objects.count())
    classify(accepted, by=omar, at=now, topic=slow, kind="complaint")
    accepted.refresh_from_db()
    assert (accepted.promised_on, accepted.deadline_at, Message.objects.count()) == before
    assert "new_on" not in accepted.events.last().facts


def test_while_the_citizen_is_asked_the_date_moves_silently_and_runs_on_from_the_answer(
    accepted: Case, burst: Topic, omar: User, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="أين؟")
    reply_by = accepted.deadline_at
    classify(accepted, by=omar, at=now + timedelta(hours=1), topic=burst, kind="complaint")
    accepted.refresh_from_db()
    assert (accepted.state, accepted.deadline_at, told(accepted)) == ("waiting", reply_by, 0)
    assert accepted.citizen.user is not None
    reply(accepted, by=accepted.citizen.user, at=now + timedelta(hours=2), text="هنا")
    assert accepted.promised_on == timezone.localdate(Clock.objects.get(case=accepted, kind="answer").due_at)


def test_a_closed_case_is_marked_and_no_clock_moves(closed: Case, burst: Topic, omar: User, now: datetime) -> None:
    before = (list(Clock.objects.order_by("pk").values()), Message.objects.count(), closed.outcome)
    row = classify(closed, by=omar, at=now + timedelta(days=1), topic=burst, kind="inquiry")
    closed.refresh_from_db()
    assert (row.after_closing, closed.topic, closed.kind, closed.state) == (True, burst, "inquiry", "closed")
    assert (list(Clock.objects.order_by("pk").values()), Message.objects.count(), closed.outcome) == before


def test_hiding_begins_with_a_topic_and_never_ends(
    referred: Case, outage: Topic, conduct: Topic, omar: User, now: datetime
) -> None:
    conduct.kinds = ["complaint", "praise"]
    conduct.save(update_fields=["kinds"])
    assert effects(referred, topic=conduct, kind="praise", at=now).hides is False
    assert effects(referred, topic=conduct, kind="complaint", at=now).hides is True
    classify(referred, by=omar, at=now, topic=conduct, kind="complaint")
    classify(referred, by=omar, at=now, topic=conduct, kind="praise")
    classify(referred, by=omar, at=now, topic=outage, kind="complaint")
    referred.refresh_from_db()
    assert referred.hides_identity is True
    with pytest.raises(IntegrityError, match="stays hidden"), transaction.atomic():
        Case.objects.filter(pk=referred.pk).update(hides_identity=False)


def test_what_a_case_cannot_be_is_refused_and_writes_nothing(
    referred: Case, outage: Topic, inquiry: Topic, omar: User, yusuf: User, now: datetime
) -> None:
    withheld = make_topic(
        "bribe", "رشوة", "Bribery", parent=outage.parent, hides_identity=True, withheld_from_agency=True
    )
    lights = make_topic("lights", "إنارة", "Street lighting", parent=outage.parent, agency_kinds=["municipality"])
    version = referred.version
    for topic, error in (
        (outage, NothingCorrected),
        (inquiry, TopicNotOffered),
        (withheld, TopicKeptFromAgency),
        (lights, TopicOfOtherAgencies),
    ):
        with pytest.raises(error):
            classify(referred, by=omar, at=now, topic=topic, kind="complaint")
    with pytest.raises(NotEntitled):
        classify(referred, by=yusuf, at=now, topic=lights, kind="complaint")
    referred.refresh_from_db()
    assert (referred.version, referred.topic) == (version, outage)


def test_in_triage_a_topic_may_be_withheld(triaged: Case, outage: Topic, lina: User, now: datetime) -> None:
    bribe = make_topic("bribe", "رشوة", "Bribery", parent=outage.parent, hides_identity=True, withheld_from_agency=True)
    classify(triaged, by=lina, at=now, topic=bribe, kind="complaint")
    assert (triaged.topic, triaged.hides_identity) == (bribe, True)


def test_an_agent_of_the_contact_centre_may_correct(referred: Case, burst: Topic, sami: User, now: datetime) -> None:
    assert classify(referred, by=sami, at=now, topic=burst, kind="complaint").by == sami


def test_a_proposed_answer_of_another_kind_is_dropped(
    file_case: FileCase, conduct: Topic, burst: Topic, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(topic=conduct)
    accept(case, by=omar, at=now, days=3)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert effects(case, topic=burst, kind="inquiry", at=now).drops is True
    classify(case, by=omar, at=now, topic=burst, kind="inquiry")
    assert Answer.objects.get(case=case).state == "taken_back"


def test_precedents_kept_from_the_case_follow_its_topic(
    bounced: Bounce, burst: Topic, lina: User, water: Agency, now: datetime
) -> None:
    case = bounced(1, at=now)
    refer(case, by=lina, at=now, agency=water, reason="ضمن حدودها", precedent=PrecedentDraft("كسر خط"))
    classify(case, by=lina, at=now, topic=burst, kind="complaint")
    assert Precedent.objects.get(case=case).topic == burst


def test_a_complaint_made_praise_is_passed_on_and_can_be_objected_to(
    accepted: Case, burst: Topic, omar: User, amina: Citizen, now: datetime
) -> None:
    classify(accepted, by=omar, at=now, topic=burst, kind="praise")
    deliver(accepted, by=omar, at=now)
    assert (accepted.state, accepted.outcome) == ("closed", "thanked")
    object_to(accepted, by=amina.user, at=now, text="لم أشكر أحدًا. ما زال الماء مقطوعًا.")
    assert accepted.state == "objected"
