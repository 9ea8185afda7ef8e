"""The same form sent twice, by an impatient hand or a browser that reloads: done once, and the second told so."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency, Directorate
from complaints.desk.queue_bulk import Choice
from complaints.models import Case, CaseEvent
from complaints.workflow import Action
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent
from tests.prepared_rows import prepared

TEXT = "نص كتبه عمر مرة واحدة وضغط مرتين، وفيه ما يكفي من الكلمات."
type Typed = Mapping[str, object]

#: What is sent to each page, by whom, and the deed that it leaves in the history.
OF_REFERRED: dict[str, tuple[str, str, Typed]] = {
    "desk-accept": ("omar", Action.ACCEPT, {"days": "3"}),
    "desk-decline": ("omar", Action.DECLINE, {"reason": "other_place", "text": TEXT, "proposed_agency": "gam"}),
}
OF_ACCEPTED: dict[str, tuple[str, str, Typed]] = {
    "desk-ask": ("omar", Action.ASK, {"text": TEXT}),
    "desk-close": ("omar", Action.CLOSE, {"outcome": "solved", "found": FOUND, "done": DONE}),
    "desk-return": ("omar", Action.RETURN, {"reason": "other_place", "text": TEXT, "proposed_agency": "gam"}),
    "desk-note": ("omar", Action.NOTE, {"text": TEXT}),
    "desk-call": ("omar", Action.CALL, {"text": TEXT, "spoken_with": "citizen"}),
    "desk-classify": ("omar", Action.CLASSIFY, {"kind": "complaint", "topic": "water-leak"}),
    "desk-label": ("omar", Action.LABEL, {"name": "عاجل"}),
    "desk-extend": ("omar", Action.PROPOSE_EXTENSION, {"days": "1", "reason": TEXT}),
    "desk-task": ("omar", Action.ADD_TASK, {"agency": "gam", "text": TEXT, "days": "2"}),
    "desk-assign": ("omar", Action.ASSIGN, {}),
    "desk-consult": ("omar", Action.CONSULT, {"text": TEXT, "language": "ar"}),
    "desk-link": ("omar", Action.LINK, {"kind": "same_problem", "leads": "other"}),
    "desk-refer": ("lina", Action.REFER, {"agency": "gam", "reason": TEXT}),
}


@pytest.fixture
@prepared
def hala(water: Agency) -> User:
    """A colleague of omar's."""
    return make_staff("hala@miyahuna.example", "هالة", "Hala", "+962790100086", water, Role.OFFICER)


def send_twice(client: Client, url: str, typed: Typed, case: Case, action: str) -> None:
    """Press twice, and find one deed with its messages and an answer that names it."""
    first = client.post(url, typed)
    done = (
        CaseEvent.objects.filter(case=case, action=action).count(),
        CaseEvent.objects.count(),
        Message.objects.count(),
    )
    second = client.post(url, typed)
    assert (first.status_code, second.status_code) == (302, 409)
    assert (done[0], *done[1:]) == (1, CaseEvent.objects.count(), Message.objects.count())
    told = second.context["previous_change"]
    assert (told.by, told.at) == (str(second.wsgi_request.user), CaseEvent.objects.filter(case=case).last().at)
    if "text" in typed and action != Action.CONSULT:
        assert TEXT in second.content.decode()


@pytest.mark.parametrize("name", OF_REFERRED)
@pytest.mark.usefixtures("yusuf")
def test_a_decision_is_made_once(desk: Desk, referred: Case, name: str, request: pytest.FixtureRequest) -> None:
    who, action, typed = OF_REFERRED[name]
    send_twice(desk(request.getfixturevalue(who)), address(name, referred), sent(referred, **typed), referred, action)


@pytest.mark.parametrize("name", OF_ACCEPTED)
@pytest.mark.usefixtures("yusuf", "leak")
def test_an_act_is_done_once(
    desk: Desk, accepted: Case, file_case: FileCase, hala: User, network: Directorate, name: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    who, action, typed = OF_ACCEPTED[name]
    more = {
        "desk-assign": {"officer": str(hala.pk)},
        "desk-consult": {"directorate": str(network.pk)},
        "desk-link": {"number": file_case().reference},
    }.get(name, {})
    typed = sent(accepted, **typed, **more)
    send_twice(desk(request.getfixturevalue(who)), address(name, accepted), typed, accepted, action)


def test_a_list_pressed_twice_is_done_once(desk: Desk, referred: Case, hala: User, omar: User) -> None:
    typed = {"case": str(Choice.of(referred)), "bulk_action": "assign", "officer": str(hala.pk), "send": "1"}
    first, second = (desk(omar).post(reverse("queue-bulk"), typed) for _ in range(2))
    assert [[one.is_done for one in page.context["results"]] for page in (first, second)] == [[True], [False]]
    assert "This case has changed since you opened the list." in second.content.decode()
    assert CaseEvent.objects.filter(action=Action.ASSIGN).count() == 1
