"""An officer adds a passkey to the account, and signs in with it; the browser has an authenticator of its own."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.journeys.acts import come_to_work, give_password
from tests.journeys.conftest import Meet

HAITHAM = "haitham@miyahuna.example"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_an_officer_enrols_a_passkey_and_signs_in_with_it(meet: Meet) -> None:
    person = meet("en")
    _plug_in(person.page)
    come_to_work(person, HAITHAM)
    person.page.wait_for_url("**/en/staff/directorate/**")
    person.open("staff/account/")
    person.follow("Add another")
    person.press("Add a passkey")
    person.is_told("has been added")
    person.look("staff-account")
    person.press("Sign out")
    give_password(person, HAITHAM)
    person.is_at("Second step of signing in")
    person.press("Use a passkey")
    person.page.wait_for_url("**/en/staff/directorate/**")


def _plug_in(page: Page) -> None:
    """Give the browser a passkey that says yes by itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
