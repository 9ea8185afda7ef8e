"""The pages about the people of a desk, and a late case, as their readers see them: accessible, nothing cut off."""

from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen, User
from accounts.staff.absences import plan_absence
from complaints.escalation import ladder
from complaints.models import Case
from tests.cast import let_in
from tests.journeys.look import Looks

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_page_can_be_seen_and_read_by_everybody(  # noqa: PLR0917 - the cast of one picture
    window: tuple[Page, str],
    live_server: LiveServer,
    accepted: Case,
    omar: User,
    nadia: User,
    lina: User,
    amina: Citizen,
    now: datetime,
) -> None:
    page, language = window
    plan_absence(omar, deputy=nadia, starts_on=date(2099, 1, 4), ends_on=date(2099, 1, 8))
    ladder.sweep(at=now + timedelta(days=12))
    looks = Looks(pictures=False)
    for person, path in (
        (nadia, "staff/officers/"),
        (nadia, "staff/officers/absence/"),
        (nadia, "staff/officers/reassign/"),
        (lina, "staff/officers/"),
        (nadia, f"staff/cases/{accepted.reference}/"),
        (amina, f"cases/{accepted.reference}/"),
    ):
        let_in(page.context, live_server.url, person)
        page.goto(f"{live_server.url}/{language}/{path}")
        assert page.locator("h1").count() == 1
        looks.at(page, path, language=language)


def test_an_absence_is_planned_with_the_keyboard_alone(
    window: tuple[Page, str], live_server: LiveServer, omar: User, nadia: User
) -> None:
    page, _language = window
    let_in(page.context, live_server.url, nadia)
    page.goto(f"{live_server.url}/en/staff/officers/absence/")
    page.get_by_label("Who is away?").focus()
    for typed in ("Omar", "Nadia"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.type("4/1/2099")
    page.keyboard.press("Tab")
    page.keyboard.type("4/1/2099")
    page.keyboard.press("Enter")
    # Too far ahead: said beside the box, which keeps what was typed.
    expect(page.get_by_label("First day of the absence")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("First day of the absence")).to_have_value("4/1/2099")
