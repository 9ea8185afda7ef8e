"""Handing a case to a centre outside, and taking it back: one holder at any moment, the promise goes on."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, OutsideCentre
from complaints.actions import ask, close, decline, hand_over, reply, take_back
from complaints.actions.notes import HeldByAnother
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, Consultation, Handover
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.pages import Desk, address, sent

HOUR = timedelta(hours=1)
ANSWER = "أصلحت الفرقة العداد وسُجل الإغلاق لديهم."


def holders(case: Case) -> list[tuple[str, bool]]:
    return [(span.holder, span.ended_at is None) for span in case.holdings.all()]


def tiles(case: Case) -> bool:
    spans = list(case.holdings.all())
    return all(one.ended_at == two.started_at for one, two in pairwise(spans))


def test_the_centre_has_it_until_it_answers(accepted: Case, omar: User, centre: OutsideCentre, now: datetime) -> None:
    due, messages = accepted.deadline_at, Message.objects.count()
    hand_over(accepted, by=omar, at=now + HOUR, centre=centre, reference="W-77/2026")
    accepted.refresh_from_db()
    assert (accepted.holder, accepted.state, accepted.deadline_at) == ("outside_centre", "in_progress", due)
    take_back(accepted, by=omar, at=now + 3 * HOUR, answer=ANSWER)
    accepted.refresh_from_db()
    assert (accepted.holder, accepted.deadline_at, Message.objects.count()) == ("agency", due, messages)
    assert holders(accepted) == [("agency", False), ("outside_centre", False), ("agency", True)]
    assert tiles(accepted)
    handed = accepted.handovers.get()
    assert (handed.reference, handed.answer, handed.recorded_by, handed.ended_at) == (
        "W-77/2026",
        ANSWER,
        omar,
        now + 3 * HOUR,
    )


def test_two_centres_never_have_it_at_once(accepted: Case, omar: User, centre: OutsideCentre, now: datetime) -> None:
    hand_over(accepted, by=omar, at=now, centre=centre, reference="1")
    with pytest.raises(HeldByAnother):
        hand_over(accepted, by=omar, at=now, centre=centre, reference="2")
    assert Handover.objects.count() == 1


def test_what_a_directorate_has_goes_to_no_centre(
    accepted: Case, omar: User, centre: OutsideCentre, network: Directorate, now: datetime
) -> None:
    Consultation.objects.create(
        case=accepted,
        event=accepted.events.latest("number"),
        directorate=network,
        text="متى؟",
        asked_by=omar,
        asked_at=now,
        expires_at=now + 9 * HOUR,
    )
    with pytest.raises(HeldByAnother):
        hand_over(accepted, by=omar, at=now, centre=centre, reference="1")


def test_the_answer_can_come_while_the_citizen_is_asked(
    accepted: Case, omar: User, amina: Citizen, centre: OutsideCentre, now: datetime
) -> None:
    hand_over(accepted, by=omar, at=now, centre=centre, reference="1")
    ask(accepted, by=omar, at=now + HOUR, text="هل عاد الماء إليكم؟")
    take_back(accepted, by=omar, at=now + 2 * HOUR, answer=ANSWER)
    accepted.refresh_from_db()
    assert accepted.holder == "citizen"
    reply(accepted, by=amina.user, at=now + 3 * HOUR, text="نعم عاد.")
    accepted.refresh_from_db()
    assert accepted.holder == "agency"
    assert holders(accepted) == [
        ("agency", False),
        ("outside_centre", False),
        ("citizen", False),
        ("agency", True),
    ]
    assert tiles(accepted)


def test_the_centre_has_it_again_after_the_citizens_reply(
    accepted: Case, omar: User, amina: Citizen, centre: OutsideCentre, now: datetime
) -> None:
    hand_over(accepted, by=omar, at=now, centre=centre, reference="1")
    ask(accepted, by=omar, at=now + HOUR, text="هل عاد الماء إليكم؟")
    reply(accepted, by=amina.user, at=now + 2 * HOUR, text="لم يعد.")
    accepted.refresh_from_db()
    assert accepted.holder == "outside_centre"


def test_it_ends_when_the_case_is_answered_or_leaves(
    accepted: Case, omar: User, centre: OutsideCentre, now: datetime
) -> None:
    hand_over(accepted, by=omar, at=now, centre=centre, reference="1")
    close(accepted, by=omar, at=now + HOUR, outcome="solved", found=FOUND, done=DONE)
    assert (accepted.handovers.get().ended_at, accepted.holder) == (now + HOUR, "")


def test_there_is_nothing_to_take_back_from_nobody(desk: Desk, accepted: Case, omar: User, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        take_back(accepted, by=omar, at=now, answer=ANSWER)
    answer = desk(omar).get(address("desk-take-back", accepted))
    assert (answer.status_code, answer.url) == (302, address("desk-case", accepted))


def test_others_do_neither(
    accepted: Case, omar: User, lina: User, yusuf: User, centre: OutsideCentre, now: datetime
) -> None:
    with pytest.raises(NotEntitled):
        hand_over(accepted, by=yusuf, at=now, centre=centre, reference="1")
    hand_over(accepted, by=omar, at=now, centre=centre, reference="1")
    for person in (lina, yusuf):
        with pytest.raises(NotEntitled):
            take_back(accepted, by=person, at=now, answer=ANSWER)


def test_the_pages_and_the_history(desk: Desk, accepted: Case, omar: User, centre: OutsideCentre) -> None:
    client = desk(omar)
    typed = sent(accepted, centre="water-117116", reference="W-77/2026")
    assert client.post(address("desk-hand-over", accepted), typed).status_code == 302
    accepted.refresh_from_db()
    page = client.get(address("desk-case", accepted))
    buttons = [button.url_name for button in page.context["panel"].secondary]
    assert ("desk-take-back" in buttons, "desk-hand-over" in buttons) == (True, False)
    assert "W-77/2026" in client.get(address("desk-take-back", accepted)).content.decode()
    client.post(address("desk-take-back", accepted), sent(accepted, text=ANSWER))
    file = client.get(address("desk-case", accepted)).context["file"]
    assert [(deed.title, deed.text.first, deed.text.named) for deed in file.history[:2]] == [
        ("Outside centre's answer recorded", ANSWER, "Water Complaints Centre"),
        ("Handed over to an outside centre", "W-77/2026", "Water Complaints Centre"),
    ]
    assert [span.name for span in file.spans] == ["Jordan Water Company", "Outside centre", "Jordan Water Company"]


@pytest.mark.parametrize(
    ("name", "typed", "wrong"),
    [
        ("desk-hand-over", {"centre": "", "reference": "1"}, ["centre"]),
        ("desk-hand-over", {"centre": "elsewhere", "reference": "1"}, ["centre"]),
        ("desk-hand-over", {"centre": "water-117116", "reference": " "}, ["reference"]),
        ("desk-hand-over", {"centre": "water-117116", "reference": "1" * 61}, ["reference"]),
    ],
)
def test_bad_input_hands_nothing_over(
    desk: Desk, accepted: Case, omar: User, centre: OutsideCentre, name: str, typed: dict[str, str], wrong: list[str]
) -> None:
    page = desk(omar).post(address(name, accepted), sent(accepted, **typed))
    assert (page.status_code, list(page.context["form"].errors), Handover.objects.count()) == (200, wrong, 0)


def test_an_answer_needs_words(desk: Desk, accepted: Case, omar: User, centre: OutsideCentre, now: datetime) -> None:
    hand_over(accepted, by=omar, at=now, centre=centre, reference="1")
    page = desk(omar).post(address("desk-take-back", accepted), sent(accepted, text="نعم"))
    assert list(page.context["form"].errors) == ["text"]


def test_stale_pages_change_nothing(
    desk: Desk, accepted: Case, omar: User, nadia: User, centre: OutsideCentre, now: datetime
) -> None:
    typed = sent(accepted, centre="water-117116", reference="1", text=ANSWER)
    hand_over(accepted, by=nadia, at=now, centre=centre, reference="9")
    for name in ("desk-hand-over", "desk-take-back"):
        page = desk(omar).post(address(name, accepted), typed)
        assert (page.status_code, page.context["previous_change"].by) == (409, "Nadia Shara")
    assert Handover.objects.get().answer == ""


def test_a_case_that_left_has_nobody_outside(
    referred: Case, omar: User, centre: OutsideCentre, gam: Agency, yusuf: User, now: datetime
) -> None:
    hand_over(referred, by=omar, at=now, centre=centre, reference="1")
    decline(referred, by=omar, at=now + HOUR, reason="other_place", text="ليس من اختصاصنا", proposed_agency=gam)
    referred.refresh_from_db()
    assert (referred.holder, referred.handovers.get().ended_at) == ("cmu", now + HOUR)
