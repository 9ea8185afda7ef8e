"""Who gets what at every address: a stranger never learns more than that there is nothing here."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import Citizen, PrivacyRequest, StaffChange, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Attachment, Case, StandardText
from notifications.models import CallTask, Message
from tests.cast import make_staff, sign_in
from tests.house import addresses

PEOPLE = ("nobody", "amina", "karim", "omar", "nadia", "yusuf", "lina", "sami")
#        nobody amina karim omar nadia yusuf lina sami
TABLE: dict[str, tuple[int, ...]] = {
    "accessibility": (200, 200, 200, 200, 200, 200, 200, 200),
    "account": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-email": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-email-again": (302, 405, 405, 405, 405, 405, 405, 405),
    "account-email-confirm": (404, 404, 404, 404, 404, 404, 404, 404),
    "account-notices": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-copy": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-copy-file": (302, 404, 404, 302, 302, 302, 302, 302),
    "account-requests": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-views": (302, 200, 200, 302, 302, 302, 302, 302),
    "policy-accept": (302, 200, 200, 302, 302, 302, 302, 302),
    "privacy-breach": (302, 404, 404, 404, 404, 404, 404, 404),
    "privacy-breaches": (302, 404, 404, 404, 404, 404, 404, 404),
    "privacy-hold-lift": (302, 404, 404, 404, 404, 404, 404, 404),
    "privacy-holds": (302, 404, 404, 404, 404, 404, 404, 404),
    "privacy-request": (302, 404, 404, 404, 404, 404, 200, 404),
    "privacy-requests": (302, 404, 404, 404, 404, 404, 200, 404),
    "privacy-retention": (302, 404, 404, 404, 404, 404, 404, 404),
    "privacy-views": (302, 404, 404, 404, 404, 404, 404, 404),
    "account-password": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-phone": (302, 200, 200, 302, 302, 302, 302, 302),
    "account-phone-code": (302, 302, 302, 302, 302, 302, 302, 302),
    "call": (302, 404, 404, 404, 404, 404, 200, 200),
    "caller-case": (302, 404, 404, 404, 404, 404, 404, 404),
    "calls": (302, 404, 404, 404, 404, 404, 200, 200),
    "calls-find": (302, 404, 404, 404, 404, 404, 404, 200),
    "case": (302, 200, 404, 302, 302, 302, 302, 302),
    "case-add": (302, 200, 404, 302, 302, 302, 302, 302),
    "case-amend": (302, 200, 404, 302, 302, 302, 302, 302),
    "case-file": (302, 200, 404, 302, 302, 302, 302, 302),
    "case-object": (302, 302, 404, 302, 302, 302, 302, 302),
    "case-reply": (302, 302, 404, 302, 302, 302, 302, 302),
    "case-withdraw": (302, 200, 404, 302, 302, 302, 302, 302),
    "cases": (302, 200, 200, 302, 302, 302, 302, 302),
    "desk": (302, 404, 404, 302, 302, 302, 302, 302),
    "desk-accept": (302, 404, 404, 200, 200, 404, 404, 404),
    "desk-archive": (302, 404, 404, 404, 404, 404, 409, 404),
    "desk-ask": (302, 404, 404, 200, 200, 404, 404, 404),
    "desk-assign": (302, 404, 404, 200, 200, 404, 404, 404),
    "desk-call": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-case": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-end-recusal": (302, 404, 404, 404, 302, 404, 302, 404),
    "desk-close": (302, 404, 404, 409, 409, 404, 404, 404),
    "desk-recuse": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-consult": (302, 404, 404, 200, 200, 404, 404, 404),
    "desk-correct": (302, 404, 404, 404, 404, 404, 404, 404),
    "desk-decline": (302, 404, 404, 200, 200, 404, 404, 404),
    "desk-dismiss": (302, 404, 404, 404, 404, 404, 409, 404),
    "desk-extend": (302, 404, 404, 409, 409, 404, 404, 404),
    "desk-file": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-grant": (302, 404, 404, 404, 409, 404, 409, 404),
    "desk-hand-over": (302, 404, 404, 200, 200, 404, 404, 404),
    "desk-identity": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-link": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-note": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-pdf": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-pdf-file": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-label": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-remind": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-refer": (302, 404, 404, 404, 404, 404, 200, 404),
    "desk-refuse-extension": (302, 404, 404, 404, 302, 404, 302, 404),
    "desk-return": (302, 404, 404, 409, 409, 404, 404, 404),
    "desk-revoke": (302, 404, 404, 302, 302, 404, 404, 404),
    "desk-send-back": (302, 404, 404, 404, 302, 404, 404, 404),
    "desk-sign": (302, 404, 404, 409, 409, 404, 404, 404),
    "desk-take-back": (302, 404, 404, 302, 302, 404, 404, 404),
    "desk-task": (302, 404, 404, 200, 200, 404, 200, 404),
    "desk-task-answer": (302, 404, 404, 404, 404, 404, 404, 404),
    "desk-task-drop": (302, 404, 404, 302, 302, 404, 302, 404),
    "desk-unlink": (302, 404, 404, 302, 302, 404, 302, 404),
    "desk-uphold": (302, 404, 404, 404, 404, 404, 409, 404),
    "dev-outbox": (200, 200, 200, 200, 200, 200, 200, 200),
    "directorate": (404, 404, 404, 404, 404, 404, 404, 404),
    "directorate-file": (404, 404, 404, 404, 404, 404, 404, 404),
    "directorate-request": (302, 404, 404, 404, 404, 404, 404, 404),
    "directorate-request-file": (302, 404, 404, 404, 404, 404, 404, 404),
    "directorate-requests": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-add": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-change": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-drop": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-end": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-export": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-import": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-row": (302, 404, 404, 404, 404, 404, 404, 404),
    "directory-rows": (302, 404, 404, 404, 404, 404, 404, 404),
    "ended-agencies": (302, 404, 404, 404, 404, 404, 200, 404),
    "ended-agency": (302, 404, 404, 404, 404, 404, 404, 404),
    "forgot": (200, 302, 302, 302, 302, 302, 302, 302),
    "forgot-code": (302, 302, 302, 302, 302, 302, 302, 302),
    "forgot-password": (302, 302, 302, 302, 302, 302, 302, 302),
    "handbook": (302, 404, 404, 200, 200, 200, 200, 200),
    "handbook-page": (302, 404, 404, 200, 200, 200, 200, 200),
    "health-live": (200, 200, 200, 200, 200, 200, 200, 200),
    "health-ready": (200, 200, 200, 200, 200, 200, 200, 200),
    "help": (200, 200, 200, 200, 200, 200, 200, 200),
    "home": (200, 200, 200, 302, 302, 302, 302, 302),
    "identities": (302, 404, 404, 404, 404, 404, 200, 404),
    "identity": (302, 404, 404, 404, 404, 404, 404, 404),
    "identity-check": (302, 404, 404, 404, 404, 404, 405, 404),
    "identity-confirm": (302, 404, 404, 404, 404, 404, 404, 404),
    "identity-correct": (302, 404, 404, 404, 404, 404, 404, 404),
    "identity-merge": (302, 404, 404, 404, 404, 404, 404, 404),
    "identity-reject": (302, 404, 404, 404, 404, 404, 404, 404),
    "manifest": (200, 200, 200, 200, 200, 200, 200, 200),
    "wording": (302, 404, 404, 404, 404, 404, 200, 404),
    "wordings": (302, 404, 404, 404, 404, 404, 200, 404),
    "message": (302, 404, 404, 404, 404, 404, 200, 404),
    "messages": (302, 404, 404, 404, 404, 404, 200, 404),
    "messages-end-alarm": (302, 404, 404, 404, 404, 404, 405, 404),
    "metrics": (404, 404, 404, 404, 404, 404, 404, 404),
    "messages-release": (302, 404, 404, 404, 404, 404, 405, 404),
    "new": (302, 302, 302, 302, 302, 302, 302, 302),
    "new-agency": (302, 200, 200, 302, 302, 302, 302, 302),
    "new-check": (302, 302, 302, 302, 302, 302, 302, 302),
    "new-choose": (302, 405, 405, 302, 302, 302, 302, 302),
    "new-restart": (302, 405, 405, 302, 302, 302, 302, 302),
    "new-what": (302, 302, 302, 302, 302, 302, 302, 302),
    "oidc-return": (404, 302, 302, 302, 302, 302, 302, 302),
    "oidc-start": (404, 302, 302, 302, 302, 302, 302, 302),
    "officers": (302, 404, 404, 404, 200, 404, 200, 404),
    "officers-absence": (302, 404, 404, 404, 200, 404, 200, 404),
    "officers-absence-end": (302, 404, 404, 404, 405, 404, 405, 404),
    "officers-reassign": (302, 404, 404, 404, 200, 404, 404, 404),
    "offline": (200, 200, 200, 200, 200, 200, 200, 200),
    "people": (302, 404, 404, 404, 404, 404, 200, 404),
    "people-invite": (302, 404, 404, 404, 404, 404, 200, 404),
    "person": (302, 404, 404, 404, 404, 404, 200, 404),
    "person-absence": (302, 404, 404, 404, 404, 404, 200, 404),
    "person-absence-end": (302, 404, 404, 404, 404, 404, 405, 404),
    "person-access": (302, 404, 404, 404, 404, 404, 405, 404),
    "person-details": (302, 404, 404, 404, 404, 404, 200, 404),
    "person-invitation": (302, 404, 404, 404, 404, 404, 405, 404),
    "person-role": (302, 404, 404, 404, 404, 404, 200, 404),
    "person-role-end": (302, 404, 404, 404, 404, 404, 200, 404),
    "precedent-change": (302, 404, 404, 404, 404, 404, 404, 404),
    "precedent-new": (302, 404, 404, 404, 404, 404, 200, 404),
    "precedent-retire": (302, 404, 404, 404, 404, 404, 405, 404),
    "precedents": (302, 404, 404, 404, 404, 404, 200, 404),
    "privacy": (200, 200, 200, 200, 200, 200, 200, 200),
    "queue": (302, 404, 404, 200, 200, 200, 200, 404),
    "queue-bulk": (302, 404, 404, 405, 405, 405, 405, 404),
    "queue-counts": (302, 404, 404, 200, 200, 200, 200, 404),
    "queue-delete-filter": (302, 404, 404, 405, 405, 405, 405, 404),
    "queue-save-filter": (302, 404, 404, 405, 405, 405, 405, 404),
    "receipt": (302, 200, 404, 302, 302, 302, 302, 302),
    "register": (200, 302, 302, 302, 302, 302, 302, 302),
    "register-code": (302, 302, 302, 302, 302, 302, 302, 302),
    "register-password": (302, 302, 302, 302, 302, 302, 302, 302),
    "register-contact": (302, 302, 302, 302, 302, 302, 302, 302),
    "registry-trial": (302, 404, 404, 404, 404, 404, 404, 404),
    "reports": (302, 404, 404, 404, 404, 404, 200, 404),
    "reports-csv": (302, 404, 404, 404, 404, 404, 200, 404),
    "reports-xlsx": (302, 404, 404, 404, 404, 404, 200, 404),
    "rules-try": (302, 404, 404, 404, 404, 404, 200, 404),
    "service-worker": (200, 200, 200, 200, 200, 200, 200, 200),
    "short-link": (404, 404, 404, 404, 404, 404, 404, 404),
    "status": (200, 200, 200, 200, 200, 200, 200, 200),
    "system-status": (302, 404, 404, 404, 404, 404, 200, 404),
    "sign-in": (200, 302, 302, 302, 302, 302, 302, 302),
    "sign-out": (405, 405, 405, 405, 405, 405, 405, 405),
    "staff-account": (302, 404, 404, 200, 200, 200, 200, 200),
    "staff-account-codes": (302, 404, 404, 200, 200, 200, 200, 200),
    "staff-account-factor": (302, 404, 404, 200, 200, 200, 200, 200),
    "staff-account-language": (302, 404, 404, 200, 200, 200, 200, 200),
    "staff-account-password": (302, 404, 404, 200, 200, 200, 200, 200),
    "staff-account-remove": (302, 405, 405, 405, 405, 405, 405, 405),
    "staff-account-sessions": (302, 405, 405, 405, 405, 405, 405, 405),
    "staff-confirm": (302, 404, 404, 302, 302, 302, 302, 302),
    "staff-confirm-again": (302, 404, 404, 302, 302, 302, 302, 302),
    "staff-forgot": (200, 302, 302, 302, 302, 302, 302, 302),
    "staff-new-password": (404, 302, 302, 302, 302, 302, 302, 302),
    "staff-change": (302, 404, 404, 404, 404, 404, 405, 404),
    "staff-changes": (302, 404, 404, 404, 404, 404, 404, 404),
    "staff-invitation": (404, 404, 404, 404, 404, 404, 404, 404),
    "staff-sign-in": (200, 302, 302, 302, 302, 302, 302, 302),
    "staff-sign-in-codes": (302, 302, 302, 302, 302, 302, 302, 302),
    "staff-sign-in-enrol": (302, 302, 302, 302, 302, 302, 302, 302),
    "staff-sign-in-factor": (302, 302, 302, 302, 302, 302, 302, 302),
    "succession": (302, 404, 404, 404, 404, 404, 404, 404),
    "succession-cancel": (302, 404, 404, 404, 404, 404, 404, 404),
    "succession-plan": (302, 404, 404, 404, 404, 404, 404, 404),
    "successions": (302, 404, 404, 404, 404, 404, 404, 404),
    "text": (302, 404, 404, 200, 200, 404, 404, 404),
    "text-delete": (302, 404, 404, 200, 200, 404, 404, 404),
    "text-new": (302, 404, 404, 200, 200, 200, 200, 404),
    "texts": (302, 404, 404, 200, 200, 200, 200, 404),
    "track": (200, 200, 200, 200, 200, 200, 200, 200),
    "triage": (302, 404, 404, 404, 404, 404, 200, 404),
    "twilio-inbound": (405, 405, 405, 405, 405, 405, 405, 405),
    "twilio-status": (405, 405, 405, 405, 405, 405, 405, 405),
    "usage-policy": (200, 200, 200, 200, 200, 200, 200, 200),
}


@pytest.fixture
def case(amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime) -> Case:
    """A complaint of amina's that waits for the water company's decision, with one file and a call to make."""
    assert amina.user is not None
    filing = Filing(
        citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب أمام المدرسة", details="منذ أسبوع"
    )
    filed = file(filing, by=amina.user, at=now)
    Attachment.objects.create(
        case=filed,
        file=ContentFile(b"%PDF-1.7", name="x"),
        name="صورة.pdf",
        content_type="application/pdf",
        size=8,
        sha256=hashlib.sha256(b"%PDF-1.7").hexdigest(),
        added_at=now,
    )
    CallTask.objects.create(message=_message_to_citizen(filed))
    StandardText.objects.create(agency=water, title="وصلة", found="عاينا الخط.", changed_by=omar, changed_at=now)
    return filed


@pytest.fixture
def everybody(request: pytest.FixtureRequest) -> dict[str, Client]:
    """A browser for each of the cast, signed in."""
    return {name: Client() if name == "nobody" else sign_in(Client(), request.getfixturevalue(name)) for name in PEOPLE}


def every_address(case: Case) -> dict[str, str]:
    """Return each address of the site by its name, of `case` where it is one of a case."""
    message, attachment = _message_to_citizen(case), case.attachments.get()
    officer = User.objects.get(email="omar@miyahuna.example")
    values = {
        "ref": case.reference,
        "kind": "complaint",
        "pk": attachment.pk,
        "token": "BCDFGH",
        "template": "case_answered",
        "language": "ar",
        "name": "officer",
        "attempt": 1,
        "agency": "miyahuna",
        "precedent": 1,
        "consultation": 1,
        "file": attachment.pk,
        "message": message.pk,
        "call": message.call_task.pk,
        "text": StandardText.objects.get().pk,
        "person": officer.pk,
        "membership": officer.memberships.earliest("pk").pk,
        "change": 1,
        "absence": 1,
        "asked": _privacy_request(case).pk,
        "form": "pdf",
        "hold": 1,
        "breach": 1,
        "thing": "agencies",
        "row": case.agency_id,
        "succession": 1,
    }
    named = sorted(addresses.named().items())
    return {name: reverse(name, kwargs={each: values[each] for each in parameters}) for name, parameters in named}


def _privacy_request(case: Case) -> PrivacyRequest:
    return PrivacyRequest.objects.get_or_create(
        citizen=case.citizen, kind="correction", defaults={"made_at": case.filed_at, "due_on": case.filed_at.date()}
    )[0]


def _message_to_citizen(case: Case) -> Message:
    return Message.objects.get(reference=case.reference, recipient=f"citizen:{case.citizen_id}")


def ask(client: Client, method: str, url: str) -> HttpResponseBase:
    """Answer a request, its file closed; ``close()`` would end the test's database connection too."""
    answer: HttpResponseBase = getattr(client, method)(url)
    for closer in answer._resource_closers:
        closer()
    return answer


# Signed-out people are sent to a door (302), staff to their desk, citizens find no desk at all (404). Where the case
# does not stand where a page starts from, its people are told so (409).
@pytest.mark.django_db
def test_every_address_answers_everybody_as_the_table_says(
    case: Case, everybody: dict[str, Client], time_machine, now
) -> None:
    time_machine.move_to(now, tick=False)
    answers = {
        name: tuple(ask(everybody[person], "get", url).status_code for person in PEOPLE)
        for name, url in every_address(case).items()
    }
    assert answers == TABLE


STRANGERS = ("karim", "yusuf", "sami", "nobody")


@pytest.mark.django_db
# POST is the subject of `test_access_by_post`.
@pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
def test_no_method_tells_a_stranger_anything_or_changes_anything(
    case: Case, everybody: dict[str, Client], method: str, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    of_the_case = {name for name, parameters in addresses.named().items() if "ref" in parameters}
    told = {
        (name, person): answer.status_code
        for name, url in every_address(case).items()
        if name in of_the_case
        for person in STRANGERS
        if (answer := ask(everybody[person], method, url)).status_code not in {404, 405}
        and not (answer.status_code == 302 and "sign-in" in answer["Location"])
        and not (answer.status_code == 302 and answer["Location"].endswith("/staff/"))
    }
    case.refresh_from_db()
    assert (told, case.version) == ({}, 1)


@pytest.mark.django_db
def test_a_case_that_does_not_exist_and_one_of_somebody_else_look_the_same(
    case: Case, everybody: dict[str, Client], time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    for person, name in (("karim", "case"), ("yusuf", "desk-case")):
        theirs = everybody[person].get(reverse(name, args=[case.reference]))
        none = everybody[person].get(reverse(name, args=["2699999990"]))
        assert (theirs.status_code, theirs.content) == (
            none.status_code,
            none.content.replace(b"2699999990", case.reference.encode()),
        )


#: What the own account of staff is called, which stays theirs.
OWN = ("staff-account", "staff-confirm")


def staff_pages(case: Case) -> dict[str, str]:
    """Return the address of each page below the staff's door, by its name; the door itself is everybody's."""
    return {name: url for name, url in every_address(case).items() if "/staff/" in url and "/staff/sign-in/" not in url}


@pytest.mark.django_db
def test_whoever_may_not_open_a_page_of_the_staff_may_not_send_to_it_either(
    case: Case, everybody: dict[str, Client], time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    answers = {
        (name, person): ask(everybody[person], "post", url).status_code
        for name, url in staff_pages(case).items()
        for person, status in zip(PEOPLE, TABLE[name], strict=True)
        if status == 404
    }
    case.refresh_from_db()
    assert {key: status for key, status in answers.items() if status not in {404, 405}} == {}
    assert (case.version, StandardText.objects.count(), len(answers) > 100) == (1, 1, True)


#: What else staff without cases open: the door of the desk, which sends on or says so, and the handbook.
ANY_STAFF = {"desk": 302, "handbook": 200, "handbook-page": 200}
OPERATORS_PAGES = {
    **ANY_STAFF,
    **dict.fromkeys(("messages", "message", "system-status"), 200),
    **dict.fromkeys(("people", "people-invite", "person", "person-details", "person-role"), 200),
    **dict.fromkeys(("messages-end-alarm", "messages-release", "person-access", "person-invitation"), 405),
    "staff-change": 405,
}


@pytest.mark.django_db
def test_an_operator_and_an_auditor_open_no_page_of_a_case_or_a_person(
    case: Case, huda: User, cmu: Agency, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    rana = make_staff("rana@cmu.example", "رنا عودة", "Rana Odeh", "", cmu, Role.AUDITOR)
    opened = {}
    for person in (huda, rana):
        client = sign_in(Client(), person)
        answers = {name: ask(client, "get", url) for name, url in staff_pages(case).items()}
        opened[person] = {name: answer.status_code for name, answer in answers.items() if answer.status_code != 404}
        sent = {
            ask(client, "post", url).status_code
            for name, url in staff_pages(case).items()
            if name not in opened[person]
        }
        assert sent <= {404, 405}
        bodies = b"".join(b"".join(answer) for answer in answers.values() if answer.status_code == 200)
        assert [word for word in _of_the_case(case) if word.encode() in bodies] == []
    case.refresh_from_db()
    assert (case.version, StaffChange.objects.count()) == (1, 2)
    assert opened == {huda: OPERATORS_PAGES, rana: {**ANY_STAFF, "staff-changes": 200}}


@pytest.mark.django_db
def test_the_raw_admin_shows_an_operator_no_case_no_citizen_and_no_staff(case: Case, huda: User) -> None:
    client = sign_in(Client(), huda)
    shown = {model._meta.label: reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
             for model in admin.site._registry}  # fmt: skip
    assert {label.partition(".")[0] for label in shown} == {"agencies"}
    pages = {label: client.get(url) for label, url in shown.items()}
    assert {page.status_code for page in pages.values()} == {200}
    bodies = "".join(page.content.decode() for page in pages.values())
    assert [word for word in (*_of_the_case(case), "omar@miyahuna.example") if word in bodies] == []


def _of_the_case(case: Case) -> list[str]:
    """Return words that only who may see the case reads; its number stands on messages, which operators repair."""
    citizen = case.citizen
    return [
        case.subject,
        case.details,
        citizen.full_name,
        citizen.short_name,
        citizen.number,
        citizen.phone,
        citizen.email,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_former_officer_finds_nothing_but_the_door(
    case: Case, omar: User, time_machine: TimeMachineFixture, now: datetime, method: str
) -> None:
    time_machine.move_to(now, tick=False)
    client = sign_in(Client(), omar)
    omar.memberships.update(ends_on=now.date() - timedelta(days=1))
    assert ask(client, method, reverse("desk"))["Location"].startswith(reverse("staff-sign-in"))
    sign_in(client, omar)
    answers = {name: ask(client, method, url).status_code for name, url in staff_pages(case).items()}
    opened = {name for name, status in answers.items() if status not in {404, 405} and not name.startswith(OWN)}
    assert opened == ({"desk"} if method == "get" else set())
    case.refresh_from_db()
    assert case.version == 1


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_left_alone_is_nobodys(
    case: Case, omar: User, lina: User, time_machine: TimeMachineFixture, now: datetime, method: str
) -> None:
    time_machine.move_to(now, tick=False)
    clients = [sign_in(Client(), person) for person in (omar, lina)]
    time_machine.move_to(now + timedelta(minutes=31), tick=False)
    door = reverse("staff-sign-in")
    for client in clients:
        answers = {name: ask(client, method, url) for name, url in staff_pages(case).items()}
        ways = {name: answer.headers.get("Location", "").partition("?")[0] for name, answer in answers.items()}
        assert ways == dict.fromkeys(answers, door)
    case.refresh_from_db()
    assert case.version == 1
