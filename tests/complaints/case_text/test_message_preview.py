"""What the citizen will get stands on the page before the button is pressed, word for word."""

import pytest

from accounts.models import User
from complaints.models import Case
from notifications.models import Message
from tests.complaints.pages import DOTS, Clock, Desk, address, sent

pytestmark = pytest.mark.usefixtures("clock", "english")

REFUSAL = {"reason": "other_agency", "text": "الشارع من اختصاص الأمانة", "proposed_agency": "gam"}


@pytest.mark.usefixtures("yusuf")
@pytest.mark.parametrize(
    ("name", "state", "typed", "template"),
    [
        ("desk-ask", "accepted", {"text": "هل المشكلة في الشارع كله؟"}, "case_question"),
        ("desk-decline", "referred", REFUSAL, "case_triage"),
        ("desk-return", "accepted", REFUSAL, "case_triage"),
        ("desk-archive", "triaged", {"reason": "ليس من اختصاص أي جهة حكومية."}, "case_archived"),
    ],
)
def test_the_message_is_the_one_that_is_sent(
    request: pytest.FixtureRequest, desk: Desk, name: str, state: str, typed: dict[str, str], template: str
) -> None:
    case = request.getfixturevalue(state)
    client = desk(request.getfixturevalue("lina" if state == "triaged" else "omar"))
    page = client.get(address(name, case))
    assert client.post(address(name, case), sent(case, **typed)).status_code == 302
    owed = Message.objects.get(reference=case.reference, template=template)
    assert page.context["message_preview"].body == owed.body.replace(owed.token, DOTS * len(owed.token))
    assert "SMS to the citizen" in page.content.decode()


@pytest.mark.parametrize("name", ["desk-note", "desk-call", "desk-hand-over", "desk-extend"])
def test_what_tells_the_citizen_nothing_shows_no_message(
    desk: Desk, accepted: Case, omar: User, clock: Clock, name: str
) -> None:
    page = desk(omar).get(address(name, accepted))
    assert (page.context["message_preview"], "SMS to the citizen" in page.content.decode()) == (None, False)
