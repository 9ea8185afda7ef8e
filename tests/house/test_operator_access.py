"""Staff who look after the system, and the auditor of its people, open no page of a case or of a citizen."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import StaffChange, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Case
from tests.cast import make_staff, sign_in
from tests.house import test_access
from tests.house.test_access import ask, staff_pages

case, quick_answers = test_access.case, test_access.quick_answers

#: What else staff without cases open: the door of the desk, which sends on or says so, and the handbook.
ANY_STAFF = {
    **dict.fromkeys(("desk", "staff-confirm", "staff-confirm-again"), 302),
    **dict.fromkeys(("handbook", "handbook-page", "staff-account", "staff-account-codes"), 200),
    **dict.fromkeys(("staff-account-factor", "staff-account-notices", "staff-account-password"), 200),
    **dict.fromkeys(("staff-account-remove", "staff-account-sessions"), 405),
}
AUDITORS_PAGES = ANY_STAFF | dict.fromkeys(
    ("staff-changes", "privacy-retention", "privacy-views", "directory-policies"), 200
)
OPERATORS_PAGES = {
    **ANY_STAFF,
    **dict.fromkeys(("messages", "message", "system-limits", "system-status", "registry-trial"), 200),
    **dict.fromkeys(("people", "people-invite", "person", "person-details", "person-role"), 200),
    **dict.fromkeys(("messages-end-alarm", "messages-release", "person-access", "person-invitation"), 405),
    "staff-change": 405,
}


@pytest.mark.usefixtures("quick_answers")
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
    assert opened == {huda: OPERATORS_PAGES, rana: AUDITORS_PAGES}


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
