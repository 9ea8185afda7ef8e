"""A person reads who looked: the officer who opened the case, by role and agency."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.acts import be_signed_in, grouped
from tests.journeys.conftest import DESK, PHONE, Meet
from tests.journeys.site import Matter, Site

AMINA = "9902103456"
OMAR = "omar@miyahuna.example"
LEAK = Matter(agency="miyahuna", topic="water-quality", subject="ماء عكر", details="الماء عكر منذ ثلاثة أيام.")


@pytest.mark.parametrize(("language", "size"), [("ar", PHONE), ("en", DESK)], ids=["arabic-phone", "english-desktop"])
def test_a_person_reads_who_looked(language: str, size: dict[str, int], site: Site, meet: Meet) -> None:
    reference = site.file(LEAK, language="ar", by=AMINA)
    officer = meet(language)
    be_signed_in(officer, OMAR)
    officer.open(f"staff/cases/{reference}/")
    amina = meet(language, size=size)
    be_signed_in(amina, AMINA)
    amina.open("account/")
    amina.follow("Who looked at my data")
    amina.is_at("Who looked at my data")
    row = amina.page.get_by_role("row").filter(has_text=grouped(reference))
    expect(row).to_contain_text(amina.said("Opened the case with the name"))
    expect(row).to_contain_text(amina.said("Liaison officer"))
    amina.look("account-views")
    amina.open("account/copy/")
    amina.look("account-copy")
    amina.open("account/requests/")
    amina.look("account-requests")
