"""Undo on the pages: offered after the step and on the case, and refused in words; citizens read no answer before."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agencies.models import Agency
from complaints import unsent_forms
from complaints.actions import accept
from complaints.models import Case
from complaints.portal.privacy import citizens_files
from notifications.models import Message
from tests.complaints import DONE, FOUND, NOT_OURS
from tests.complaints.cases import FileCase, attach
from tests.complaints.pages import Clock, Desk, address, sent

pytestmark = pytest.mark.usefixtures("clock", "english", "yusuf", "undo_window")

GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


def shown(client: Client, url: str) -> str:
    return re.sub(r"\s+", " ", client.get(url, follow=True).content.decode())


def test_each_step_is_undone_by_one_link_and_a_press_and_keeps_what_was_typed(
    desk: Desk, file_case: FileCase, omar: User, gam: Agency, clock: Clock
) -> None:
    client = desk(omar)
    refusal = {"reason": "other_place", "text": NOT_OURS, "proposed_agency": gam.code}
    steps = {"desk-accept": {"days": "2"}, "desk-decline": refusal, "desk-close": GOOD, "desk-return": refusal}
    wrong = []
    for name, typed in steps.items():
        case = file_case(at=clock.at)
        if name in {"desk-close", "desk-return"}:
            accept(case, by=omar, at=clock.at, days=3)
            clock.pass_(minutes=2)
        before = Case.objects.values("state", "agency", "officer", "promised_on", "bounces").get(pk=case.pk)
        said = client.post(address(name, case), sent(case, **typed), follow=True).content.decode()
        url = address("desk-undo", case)
        if f'href="{url}" data-key="KeyZ"' not in said or "less than 2 minutes left" not in said:
            wrong.append(f"{name}: the message offers no undo")
        clock.pass_(seconds=70)
        if "Undo the last step: less than 1 minute left" not in shown(client, address("desk-case", case)):
            wrong.append(f"{name}: the case offers no undo")
        case.refresh_from_db()
        assert client.get(url).status_code == 200
        answer = client.post(url, sent(case))
        if (answer.status_code, answer["Location"]) != (302, address("desk-case", case)):
            wrong.append(f"{name}: {answer.status_code}")
        if Case.objects.values(*before).get(pk=case.pk) != before:
            wrong.append(f"{name}: not as before")
        if kept := typed.items() - dict(store_of(omar, name, case, clock)).items():
            wrong.append(f"{name}: not kept {kept}")
    assert wrong == []
    assert not Message.objects.filter(state="pending", template__in=["case_answered", "case_triage"]).exists()


def store_of(user: User, name: str, case: Case, clock: Clock) -> unsent_forms.Fields:
    """Return what the form of an action offers as unsent."""
    found = unsent_forms.find(user, "/" + address(name, case).split("/", 2)[-1], at=clock.at)
    return found.fields if found else []


def test_after_the_window_a_colleague_and_a_stranger(
    desk: Desk, accepted: Case, omar: User, nadia: User, gam: Agency, clock: Clock
) -> None:
    url, stranger = address("desk-undo", accepted), User.objects.get(email__startswith="yusuf")
    assert [desk(user).get(url).status_code for user in (omar, nadia, stranger)] == [200, 404, 404]
    clock.pass_(seconds=1)
    noted = desk(omar).post(address("desk-note", accepted), sent(accepted, text="ملاحظة"), follow=True)
    # The undo of the acceptance does not stand beside a note, as if it took the note back.
    assert [str(one) for one in noted.context["messages"]] == ["Your note was saved."]
    accepted.refresh_from_db()
    version = accepted.version
    clock.pass_(minutes=2)
    for answer in (desk(omar).get(url), desk(omar).post(url, sent(accepted))):
        assert answer.status_code == 409
        assert "The time in which this could be undone is over" in answer.content.decode()
    accepted.refresh_from_db()
    assert (accepted.state, accepted.version) == ("in_progress", version)
    assert "desk-undo" not in str(desk(omar).get(address("desk-case", accepted)).context["panel"])


def test_the_citizen_reads_no_answer_that_can_still_be_undone(closed: Case, as_amina: Client, clock: Clock) -> None:
    page, receipt = reverse("case", args=[closed.reference]), reverse("case-object", args=[closed.reference])
    file = attach(closed, clock.at, "pipe.jpg", answer=closed.answers.get())
    assert citizens_files(closed.citizen, at=clock.at) == []
    held = shown(as_amina, page)
    assert "The agency can still undo its last step until" in held
    assert [text in held for text in (FOUND, DONE, receipt)] == [False] * 3
    clock.pass_(minutes=2)
    sent_ = shown(as_amina, page)
    assert [text in sent_ for text in (FOUND, DONE, receipt)] == [True] * 3
    assert "can still undo" not in sent_
    assert citizens_files(closed.citizen, at=clock.at) == [file]
