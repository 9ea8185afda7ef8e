"""Somebody who does not write records what happened; the desk plays it and writes it down."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.acts import answer_nothing_more, be_signed_in, choose_topic, enter, look_for, photo, reference_on
from tests.journeys.conftest import PHONE, Meet
from tests.journeys.person import Person

AMINA = "9902103456"
WATER = "شركة مياه الأردن (مياهنا)"
TOPIC = "انقطاع المياه أو ضعف الضخ"
SPOKEN = "الماء مقطوع عنا من يوم الأحد والخزان فاضي"


def test_a_voice_note_is_recorded_filed_played_and_written_down(meet: Meet) -> None:
    citizen = meet("ar", size=PHONE)
    citizen.page.context.grant_permissions(["microphone"])
    enter(citizen, AMINA)
    citizen.follow("Complaint", within=citizen.main)
    _records(citizen)
    citizen.page.get_by_label(citizen.said("Photos or files")).set_input_files(photo("tank.jpg"))
    expect(citizen.page.locator(".files img.mini")).to_be_visible()
    citizen.pick("Governorate", "العاصمة")
    citizen.write("Area or district", "الجبيهة")
    citizen.write("Describe the place", "شارع 12، بناية 7")
    citizen.press("Continue")
    citizen.is_at("Who is it for?")
    look_for(citizen)
    citizen.page.get_by_text(citizen.said("Choose from the list of all agencies")).click()
    citizen.pick("All agencies", WATER)
    citizen.press("Use this choice")
    choose_topic(citizen, TOPIC)
    citizen.press("Continue")
    answer_nothing_more(citizen)
    citizen.choose("SMS")
    citizen.press("Send the complaint")
    reference = reference_on(citizen)

    officer = meet("ar")
    be_signed_in(officer, "omar@miyahuna.example")
    officer.open(f"staff/cases/{reference}/")
    expect(officer.card("Voice notes").locator("audio")).to_be_visible()
    _plays(officer)
    officer.follow("Write the voice note down")
    officer.write("What does the person say?", SPOKEN)
    officer.press("Save the text")
    expect(officer.card("What the citizen wrote")).to_contain_text(SPOKEN)

    citizen.open(f"cases/{reference}/")
    citizen.sees("Your voice note was written down")
    expect(citizen.page.get_by_text(SPOKEN)).to_be_visible()


def _records(citizen: Person) -> None:
    citizen.press("Record a voice note (60 seconds)")
    expect(citizen.page.locator("[data-record-status]")).to_have_text(re.compile(r"([2-9]|\d\d) / 60"))
    citizen.press("Stop recording")
    expect(citizen.page.locator(".files audio")).to_be_visible()


def _plays(officer: Person) -> None:
    """Play the note, and jump to its end: the server hands out parts."""
    played = officer.page.locator("audio").first.evaluate(
        """async player => {
            player.muted = true;
            await player.play();
            const half = player.duration / 2;
            player.currentTime = half;
            await new Promise(done => player.addEventListener("seeked", done, { once: true }));
            return player.error === null && player.duration > 1 && player.currentTime >= half;
        }"""
    )
    assert played is True
