"""The unit invites an officer, who sets a password by the link in the e-mail, signs in and works."""

from __future__ import annotations

import re

from tests.journeys.acts import choose_new_password, come_to_work, enrol_app, sign_in_to_work
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.site import Site

SALMA = "salma@miyahuna.example"
PASSWORD = "copper-violet-train"


def test_an_invited_officer_sets_a_password_and_signs_in(site: Site, meet: Meet) -> None:
    lina = meet("ar", size=DESK)
    come_to_work(lina, "lina@cmu.example")
    lina.follow("People")
    lina.look("people")
    lina.follow("Invite somebody")
    for label, text in (("Work e-mail", SALMA), ("Name in Arabic", "سلمى حداد"), ("Name in English", "Salma Haddad")):
        lina.write(label, text)
    lina.pick("Role", lina.said("Liaison officer"))
    lina.box("Agency").select_option("miyahuna")
    lina.look("people-invite")
    lina.press("Send the invitation")
    lina.is_told(lina.said("The role is given, and the person is told by e-mail."))
    lina.look("person")

    body = site.wait_for(to=SALMA, template="staff_invitation")["body"]
    link = re.search(r"/ar/(invitation/\S+)", body)
    assert link
    salma = meet("ar", size=PHONE)
    salma.open(link[1])
    choose_new_password(salma, PASSWORD)
    salma.look("invitation")
    salma.press("Set the password")
    salma.is_at("Staff sign-in")
    sign_in_to_work(salma, SALMA, PASSWORD)
    enrol_app(salma)
    salma.is_at("All open")
    salma.open(link[1])
    salma.is_at("This invitation does not work")
