"""What an agent does for a caller on a case: added, corrected, rated, objected to, withdrawn; the history says it."""

from datetime import datetime

import pytest
from django.test import Client

from accounts.models import Citizen, User
from complaints.case_text.citizen_case import case_page
from complaints.models import Case, CentreContact
from tests.complaints.pages import Desk, address

FIND = "/en/staff/calls/find/"


def done(client: Client, case: Case, act: str, **typed: object) -> tuple[str, str]:
    """Do ``act`` for the caller of ``case``, and return the last action of the history and who did it."""
    client.post(FIND, {"ref": case.reference, "phone_end": "1234"})
    case.refresh_from_db()
    answer = client.post(address("caller-act", case, act=act), {"version": case.version, **typed})
    assert answer.status_code == 302, answer.context["form"].errors
    case.refresh_from_db()
    event = case.events.latest("number")
    return event.action, event.through


def test_open_cases_are_added_to_corrected_and_withdrawn(
    desk: Desk, referred: Case, sami: User, omar: User, amina: Citizen, now: datetime
) -> None:
    client = desk(sami)
    assert done(client, referred, "add", text="الرقم على العداد 4417.") == ("add", "agent")
    assert done(client, referred, "correct", subject="تسرب", details="تسرب منذ شهر.") == ("amend", "agent")
    file = desk(omar).get(address("desk-case", referred)).context["file"]
    assert [entry.by for entry in file.history[:2]] == ["Sami Baqain for the citizen"] * 2
    assert done(client, referred, "withdraw") == ("withdraw", "agent")
    assert amina.user is not None
    told = [entry.by for entry in case_page(referred, amina.user, at=now)["entries"]]
    assert told[:3] == ["The contact centre, for you"] * 3
    assert CentreContact.objects.filter(reference=referred.reference, result="helped").count() == 3
    page = client.post(FIND, {"ref": referred.reference, "phone_end": "1234"}, follow=True)
    assert page.context["acts"] == []
    late = client.post(address("caller-act", referred, act="add"), {"version": referred.version, "text": "متأخر"})
    assert (late.status_code, "متأخر" in late.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("act", "typed"), [("rate", {"solved": "no", "count": "0"}), ("object", {"text": "ل" * 40})], ids=["rate", "object"]
)
def test_an_answer_is_rated_and_objected_to(
    desk: Desk, closed: Case, sami: User, act: str, typed: dict[str, str]
) -> None:
    assert done(desk(sami), closed, act, **typed) == (act, "agent")


def test_a_case_that_changed_meanwhile_is_told_and_an_unknown_act_is_not_there(
    desk: Desk, referred: Case, sami: User
) -> None:
    client = desk(sami)
    client.post(FIND, {"ref": referred.reference, "phone_end": "1234"})
    page = client.post(address("caller-act", referred, act="add"), {"version": 99, "text": "زيادة"})
    assert (page.status_code, "Your text is still here" in page.content.decode()) == (409, True)
    assert client.get(address("caller-act", referred, act="close")).status_code == 404
