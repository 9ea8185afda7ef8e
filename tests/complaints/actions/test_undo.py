"""Undoing an acceptance, a refusal or an answer within the send window: all is as before, and nobody was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module

import pytest
from django.db import connection

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, Topic
from complaints.actions import (
    accept,
    add_task,
    assign,
    close,
    decline,
    drop_task,
    note,
    propose_extension,
    refer,
    return_case,
    sign,
    undo,
)
from complaints.actions.consultations import consult, revoke
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from notifications.models import Message, MessageState
from notifications.sending import claims, delivery
from tests.complaints import DONE, FOUND, NOT_OURS
from tests.complaints.actions.traces import assert_whole
from tests.complaints.cases import FileCase, Neighbours
from tests.complaints.threads import Overlap, copy

pytestmark = pytest.mark.usefixtures("undo_window")
type Follow = Callable[..., Case]
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}
MINUTE = timedelta(minutes=1)
WINDOW = 2 * MINUTE


def standing(case: Case) -> dict[str, object]:
    """Return all that an undone step must leave as it was."""
    case = Case.objects.get(pk=case.pk)
    fields = ("state", "holder", "agency_id", "officer_id", "directorate_id", "promised_on", "deadline_at", "bounces")
    return {
        **{name: getattr(case, name) for name in (*fields, "closed_at", "closed_by_id", "outcome")},
        "clocks": list(case.clocks.filter(ended_at=None).order_by("pk").values_list("pk", "kind", "due_at")),
        "tasks": list(case.tasks.values_list("state", "ended_at")),
        "consultations": list(case.consultations.exclude(state="revoked").values_list("state", "ended_at")),
        "answers": list(case.answers.exclude(state="taken_back").values_list("state", "found")),
        "dates": list(case.extensions.values_list("state", flat=True)),
        "held": case.holdings.get(ended_at=None).holder,
        "told": sorted(waiting(case)),
    }


def waiting(case: Case) -> list[str]:
    """Return the templates of the messages about a case that will still leave."""
    return list(Message.objects.filter(reference=case.reference, state="pending").values_list("template", flat=True))


def of_step(case: Case) -> list[Message]:
    """Return the messages that the newest event of a case owes."""
    return list(Message.objects.filter(occasion=f"case:{case.pk}:{Case.objects.get(pk=case.pk).version}"))


def left_by_undoing(case: Case, step: Callable[[Case], object], *, by: User, at: datetime) -> list[str]:
    """Do a step and undo it; return what is not as it was, and what was sent all the same."""
    before = standing(case)
    step(case)
    owed = list(Message.objects.filter(reference=case.reference, created_at=at))
    undo(case, by=by, at=at + MINUTE)
    after = standing(case)
    left = [f"{key} {before[key]} became {after[key]}" for key in before if before[key] != after[key]]
    left += [f"{one.template} does not wait" for one in owed if one.not_before != at + WINDOW]
    left += [] if owed else ["owes nothing"]
    undone = case.events.filter(at=at).earliest("number").number
    facts = case.events.latest("number").facts
    assert_whole(case)
    return left + ([] if facts == {"undone": undone} else [f"history {facts}"])


@pytest.mark.usefixtures("yusuf")
def test_what_is_undone_is_as_it_was_and_nothing_was_sent(
    file_case: FileCase, inquiry: Topic, network: Directorate, gam: Agency, omar: User, hani: User, now: datetime
) -> None:
    network.email = "networks@miyahuna.example"
    network.save(update_fields=["email"])
    refused = {"reason": "other_place", "text": NOT_OURS, "proposed_agency": gam}

    def prepared(*, is_accepted: bool) -> Case:
        """A case of hani's with requests to a directorate and to another agency, and with a date proposed."""
        case = file_case(at=now - 3 * MINUTE)
        assign(case, by=omar, at=now - 3 * MINUTE, officer=hani)
        if is_accepted:
            accept(case, by=hani, at=now - 3 * MINUTE, days=2, directorate=network)
            propose_extension(case, by=hani, at=now - 3 * MINUTE, days=1, reason="تأخر المقاول")
        consult(case, by=hani, at=now - 3 * MINUTE, directorate=network, text="متى يصلح الخط؟")
        return case

    def with_task(case: Case) -> Case:
        add_task(case, by=hani, at=now - 3 * MINUTE, agency=gam, text="أعيدوا الرصيف بعد الحفر", days=3)
        return case

    def accept_and_ask(case: Case) -> None:
        accept(case, by=omar, at=now, days=2, directorate=network)
        consult(case, by=omar, at=now, directorate=network, text="متى يصلح الخط؟")

    steps: dict[str, tuple[Case, Callable[[Case], object]]] = {
        "accept and ask": (file_case(at=now - 3 * MINUTE), accept_and_ask),
        "accept": (prepared(is_accepted=False), lambda case: accept(case, by=omar, at=now, days=2)),
        "decline": (with_task(prepared(is_accepted=False)), lambda case: decline(case, by=omar, at=now, **refused)),
        "return": (with_task(prepared(is_accepted=True)), lambda case: return_case(case, by=omar, at=now, **refused)),
        "close": (prepared(is_accepted=True), lambda case: close(case, by=omar, at=now, **GOOD)),
        "answer at once": (
            file_case(kind="inquiry", topic=inquiry, at=now - 3 * MINUTE),
            lambda case: close(case, by=omar, at=now, outcome="answered", found=FOUND, done=DONE),
        ),
    }
    wrong = {name: left_by_undoing(case, step, by=omar, at=now) for name, (case, step) in steps.items()}
    assert wrong == {name: [] for name in steps}


@pytest.mark.usefixtures("yusuf")
def test_it_ends_with_the_window_with_the_next_step_and_with_the_first_message(
    file_case: FileCase, conduct: Topic, gam: Agency, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    def accepted_case() -> Case:
        case = file_case(at=now)
        accept(case, by=omar, at=now, days=2)
        return case

    late, others, read, noted = (accepted_case() for _ in range(4))
    declined = file_case(at=now)
    decline(declined, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)
    refer(declined, by=lina, at=now + MINUTE, agency=gam)
    Message.objects.filter(reference=read.reference, template="case_accepted").update(state=MessageState.ACCEPTED)
    note(noted, by=nadia, at=now + MINUTE, text="اتصل المواطن وشكر")
    refusals: list[tuple[Case, User, datetime, type[Exception] | None]] = [
        (late, omar, now + WINDOW, TransitionNotAllowed),
        (others, nadia, now + MINUTE, NotEntitled),
        (read, omar, now + MINUTE, TransitionNotAllowed),
        (declined, omar, now + MINUTE, TransitionNotAllowed),
        (noted, omar, now + WINDOW - timedelta(microseconds=1), None),
    ]
    wrong = []
    for place, (case, by, at, expected) in enumerate(refusals):
        before = standing(case)
        try:
            undo(case, by=by, at=at)
        except (TransitionNotAllowed, NotEntitled) as refused:
            wrong += [f"{place}: {refused!r}"] if type(refused) is not expected else []
            wrong += [f"{place}: something was written"] if standing(case) != before else []
        else:
            wrong += [f"{place}: was undone"] if expected else []
    assert wrong == []
    case = file_case(topic=conduct, at=now)
    accept(case, by=omar, at=now, days=2)
    close(case, by=omar, at=now, **GOOD)
    sign(case, by=nadia, at=now)
    with pytest.raises(NotEntitled):
        undo(case, by=omar, at=now + MINUTE)  # the writer did not send it
    undo(case, by=nadia, at=now + MINUTE)
    assert (case.state, [answer.state for answer in case.answers.all()]) == ("in_progress", ["taken_back"])


def test_the_answers_to_followers_are_undone_with_that_of_the_lead(
    follow: Follow, lead: Case, karim: Citizen, neighbours: Neighbours, omar: User, nadia: User, now: datetime
) -> None:
    people = neighbours(2)
    case, other, before = follow(karim, is_accepted=True), follow(people[0]), follow(people[1], is_accepted=True)
    Case.objects.filter(pk=case.pk).update(officer=nadia)
    close(before, by=omar, at=now, **GOOD)
    stood = {one.pk: standing(one) for one in (lead, case, other)}
    close(lead, by=omar, at=now, **GOOD)
    assert {message.not_before for one in (case, other) for message in of_step(one)} == {now + WINDOW}
    assert [one.pk for one in undo(lead, by=omar, at=now + MINUTE)] == [case.pk, other.pk]
    assert {one.pk: standing(one) | {"told": stood[one.pk]["told"]} for one in (lead, case, other)} == stood
    # Only the promise that the closing had overtaken is owed again; nobody learns of the answer.
    assert [sorted(set(waiting(one)) & {"case_answered", "case_accepted"}) for one in (case, other)] == [
        ["case_accepted"],
        [],
    ]
    assert Case.objects.get(pk=before.pk).state == "closed"


@pytest.mark.django_db(transaction=True)
def test_undone_and_not_sent_or_sent_and_not_undone(
    accepted: Case, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender takes the message at the moment in which it is undone; by its clock the window is over."""
    middles = {True: (import_module("complaints.actions.undo"), "_propose_again"), False: (claims, "_lease")}
    found = []
    for is_undone_first, (module, name) in middles.items():
        at = Case.objects.get(pk=accepted.pk).changed_at + WINDOW
        close(accepted, by=omar, at=at, **GOOD)
        (message,) = Message.objects.filter(template="case_answered", state=MessageState.PENDING)
        acts = [partial(undo, copy(accepted), by=omar, at=at + MINUTE), partial(delivery.deliver, str(message.pk))]
        overlap = Overlap()
        with monkeypatch.context() as patch:
            patch.setattr(module, name, overlap.around(getattr(module, name)))
            outcomes = overlap.run(*(acts if is_undone_first else reversed(acts)))
        message.refresh_from_db()
        undone = type(outcomes[not is_undone_first]).__name__
        found.append((undone, str(message.state), copy(accepted).state, overlap.was_overtaken))
    # A sender leaves a locked message alone; whoever undoes waits, and sees that it may have left.
    assert found == [
        ("list", "cancelled", "in_progress", True),
        ("TransitionNotAllowed", "accepted", "closed", False),
    ]
    connection.check_constraints()


def test_what_a_person_ended_in_the_same_moment_stays_ended(
    accepted: Case, omar: User, yusuf: User, gam: Agency, network: Directorate, now: datetime
) -> None:
    consult(accepted, directorate=network, text="ما السبب؟", by=omar, at=now)
    revoke(accepted, by=omar, at=now)
    dropped = add_task(accepted, agency=gam, text="أعيدوا الرصيف", days=1, by=omar, at=now)
    drop_task(dropped, reason="لم يعد لازمًا", by=omar, at=now)
    close(accepted, by=omar, at=now, **GOOD)
    undo(accepted, by=omar, at=now)
    assert [task.state for task in accepted.tasks.all()] == ["dropped"]
    assert [asked.state for asked in accepted.consultations.all()] == ["revoked"]
    assert not accepted.clocks.filter(task__isnull=False, ended_at=None).exists()
