"""Who runs the service is a setting: no page, message, file or line of code writes the name or the domain out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from config.devstack.state import ROOT

#: The defaults of the settings, the data of the demonstration, and migrations, which keep what labels once said.
NAMED_IN = {"config/operator.py"}
PLACES = ("accounts", "agencies", "complaints", "config", "kit", "locale", "notifications", "reports", "templates")
ENDINGS = {".py", ".html", ".txt", ".po", ".typ", ".svg", ".js"}
NAMES = (
    *("وحدة إدارة الشكاوى الحكومية", "Government Complaints Management Unit"),
    *("وزارة تطوير القطاع العام", "Ministry of Public Sector Development"),
    *("لحكومة المملكة الأردنية", "Government of Jordan", ".gov.jo"),
)


def texts() -> Iterator[Path]:
    for place in PLACES:
        for path in (ROOT / place).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.suffix in ENDINGS and not {"migrations", "devstack"} & set(parts):
                yield path


def test_no_text_names_who_runs_the_service() -> None:
    found = {
        str(path.relative_to(ROOT)): named
        for path in texts()
        if (named := [name for name in NAMES if name in path.read_text(encoding="utf-8")])
    }
    assert {place for place in found if place not in NAMED_IN} == set(), found
    assert set(found) == NAMED_IN


@pytest.mark.django_db
def test_pages_show_what_the_settings_say(client: Client, settings: Settings) -> None:
    settings.OFFICIAL_LINE_EN, settings.DOMAIN_ENDING = "Official site of Elsewhere", ".gov.example"
    settings.LOGO_FILE = "img/icon-192.png"
    html = client.get("/en/help/").content.decode()
    assert ("Official site of Elsewhere" in html, ".gov.example" in html, "img/icon-192" in html) == (True, True, True)
