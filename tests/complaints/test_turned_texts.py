"""What turns a text round beyond its own line is taken out at every door by which texts come in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import get_resolver

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from agencies.reference_reading import plain
from complaints.filing import drafting
from complaints.models import Case, Draft, Note, ProgramCase
from kit.forms import LineField, ParagraphField, without_turning
from tests.app_client import App
from tests.cast import sign_in
from tests.complaints.pages import Desk, address, sent

LRE, RLE, PDF, LRO, RLO, RLI, PDI, RLM = map(chr, (0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2067, 0x2069, 0x200F))
TURNED = f"The meter {RLO}number{PDF} of our house{RLI}\nis {RLI}قطع{PDI} {LRE}2604{PDF}, since Monday{RLM}{PDI}{LRO}"
PLAIN = f"The meter number of our house\nis {RLI}قطع{PDI} {LRE}2604{PDF}, since Monday{RLM}"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (TURNED, PLAIN),
        (f"{RLE}{RLI}a{PDI}{PDF}", f"{RLE}{RLI}a{PDI}{PDF}"),
        (f"{RLI}a{PDF}b{PDI}", f"{RLI}ab{PDI}"),
        (f"{RLO}a{RLI}b{PDI}c{PDF}d{PDF}", f"a{RLI}b{PDI}cd"),
        (f"{RLE}a\nb{PDF}", "a\nb"),
        ("no control at all\n", "no control at all\n"),
    ],
    ids=["table", "nested", "wrong end", "override", "over lines", "none"],
)
def test_what_ends_in_its_line_stays_and_the_rest_goes(typed: str, kept: str) -> None:
    assert without_turning(typed) == kept


@pytest.fixture
def key(outage: Topic, water: Agency, karim: Citizen, lina: User, now: datetime) -> str:
    """The key of a program that files about a public topic."""
    outage.is_public = True
    outage.save(update_fields=["is_public"])
    return drafting.make("Amman fixes", agency=water, contact=karim, by=lina, at=now)[1]


def test_it_is_taken_out_at_every_door(
    amina: Citizen, omar: User, outage: Topic, key: str, accepted: Case, desk: Desk
) -> None:
    body = {"kind": "complaint", "agency": "miyahuna", "topic": outage.code, "governorate": "JO-AM", "area": "Abdali"}
    sign_in(Client(), amina).post("/en/new/complaint/what/", {"details": TURNED})
    filed = App(amina).post("/cases", body | {"details": TURNED}).json()
    said = {"api_key": key, "service_code": outage.code, "description": TURNED, "address_string": "شارع الجامعة"}
    Client().post("/api/open311/v2/requests.json", said)
    desk(omar).post(address("desk-note", accepted), sent(accepted, text=TURNED))
    came = {
        "page": Draft.objects.get().details,
        "app": Case.objects.get(reference=filed["reference"]).details,
        "Open311": ProgramCase.objects.get().case.details,
        "staff": Note.objects.get().text,
    }
    assert {door for door, text in came.items() if text != PLAIN} == set()
    with pytest.raises(ValidationError) as refused:
        plain(f"شركة {RLO}مياهنا")
    assert refused.value.code == "bidi"


def _all_forms(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _all_forms(one)


def test_every_box_of_several_lines_is_such_a_door() -> None:
    assert get_resolver().url_patterns  # reads every page, and so every form
    boxes = {
        f"{form.__module__}.{form.__qualname__}.{name}"
        for form in _all_forms(forms.BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, forms.Textarea) and not isinstance(field, ParagraphField)
        # A list with a line for each: each is refused as a line is.
        if not isinstance(getattr(field, "base_field", None), LineField)
        if not form.__module__.startswith(("django.", "tests."))
    }
    assert boxes == set()
