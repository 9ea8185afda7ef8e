"""Kept parts of pages of figures: never an old one, never another reader's, and the same bytes as a page made anew."""

from __future__ import annotations

import pickle
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from time_machine import TimeMachineFixture

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, AgencySuccession, Governorate, Holiday, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Case
from reports import kept_parts
from reports.dashboards import kept as lists
from reports.figures import kept
from reports.models import FigureChange
from tests.cast import NOW, make_staff, sign_in

#: What every answer has of its own.
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"')
type Desk = tuple[Client, str, str]


@pytest.fixture(autouse=True)
def _today(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def readers(cases: None, cmu: Agency, lina: User, nadia: User, omar: User, adel: User) -> Sequence[tuple[Client, User]]:
    """Return the browsers of the unit, its head, the Prime Minister's office, a supervisor and an officer, and them."""
    office = make_staff("pm@pm.example", "قارئ", "Reader", "+962790100077", cmu, Role.PM_OFFICE)
    return [(sign_in(Client(), person), person) for person in (lina, adel, office, nadia, omar)]


@pytest.fixture
def desks(readers: Sequence[tuple[Client, User]]) -> Mapping[str, Desk]:
    """Return each page of figures with a reader of it and a language, by what is read and by whom."""
    unit, head, minister, supervisor, officer = (client for client, _person in readers)
    figures, agency = reverse("reports"), reverse("agency-dashboard", args=["miyahuna"])
    kept.refresh(at=NOW)
    lists.make_all(at=NOW)
    return {
        "all figures": (unit, f"{figures}?span=last-month", "en"),
        "all figures in Arabic": (unit, f"{figures}?span=last-month", "ar"),
        "figures of a part": (unit, f"{figures}?span=this-month&kind=complaint&figure=late", "ar"),
        "unit": (unit, reverse("unit-dashboard"), "ar"),
        "unit of its head": (head, reverse("unit-dashboard"), "ar"),
        "office": (minister, reverse("pm-dashboard"), "en"),
        "side by side": (unit, f"{reverse('own-figures')}?month=2025-12", "en"),
        "agency of the head": (head, agency, "en"),
        "agency of the unit": (unit, agency, "en"),
        "agency of its supervisor": (supervisor, agency, "en"),
        "agency of its officer": (officer, agency, "ar"),
    }


def shown(desks: Mapping[str, Desk]) -> dict[str, bytes]:
    """Return what each reader is shown, without the tokens."""
    found = {}
    for name, (client, address, language) in desks.items():
        with translation.override(language):
            answer = client.get(address.replace("/ar/", f"/{language}/"))
        assert answer.status_code == 200, name
        found[name] = _TOKEN.sub(b"", answer.content)
    return found


def nobody(*_anything: object) -> str:
    message = "a part was made again"
    raise AssertionError(message)


@pytest.fixture
def changes(
    readers: Sequence[tuple[Client, User]], water: Agency, gam: Agency, leak: Topic, amina: Citizen,
    time_machine: TimeMachineFixture,
) -> Iterator[tuple[str, Callable[[], object]]]:  # fmt: skip
    """Return what changes pages of figures, one after the other, by name."""
    return _changes(readers, water, gam, leak, amina, time_machine)


def _changes(
    readers: Sequence[tuple[Client, User]], water: Agency, gam: Agency, leak: Topic, amina: Citizen,
    time_machine: TimeMachineFixture,
) -> Iterator[tuple[str, Callable[[], object]]]:  # fmt: skip
    planned_by = readers[0][1].pk

    def refreshed(minutes: int, act: Callable[[], object]) -> Callable[[], object]:
        def do() -> None:
            time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
            act()
            kept.refresh(at=NOW + timedelta(minutes=minutes))

        return do

    def file_one() -> None:
        at = NOW + timedelta(seconds=30)
        file(Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="ت", details="م"),
             by=amina.user, at=at)  # fmt: skip

    def correct_a_topic_of_last_month() -> None:
        month = (NOW - timedelta(days=34), NOW - timedelta(days=5))
        old = Case.objects.filter(filed_at__range=month, topic=leak).latest("pk")
        Case.objects.filter(pk=old.pk).update(topic=None)
        FigureChange.objects.create(case_id=old.pk)

    yield "a new case is counted", refreshed(1, file_one)
    yield "a topic of last month is corrected", refreshed(2, correct_a_topic_of_last_month)
    yield "an agency is renamed", lambda: Agency.objects.filter(pk=water.pk).update(name_ar="مياه", name_en="Waters")
    yield "a topic is renamed", lambda: Topic.objects.filter(pk=leak.pk).update(name_ar="تسرب", name_en="Leaks")
    yield "a governorate is renamed", lambda: Governorate.objects.update(name_ar="محافظة", name_en="Somewhere")
    yield "a day off is entered", lambda: Holiday.objects.create(on=date(2025, 12, 10), name_ar="عطلة", name_en="Off")
    yield "lists are made again", lambda: lists.make_all(at=NOW + timedelta(minutes=5))
    yield (
        "agencies are merged",
        lambda: AgencySuccession.objects.create(
            predecessor=water, successor=gam, final=gam, on=NOW.date(), reason="دمج", planned_by=planned_by,
            planned_at=NOW, executed_at=NOW,
        ),
    )  # fmt: skip
    yield "figures are built anew", refreshed(6, lambda: kept.rebuild(at=NOW + timedelta(minutes=6)))
    yield "a month begins", refreshed(29 * 24 * 60, lambda: [sign_in(*reader) for reader in readers])


def test_no_page_shows_an_old_part_or_that_of_another_reader(
    desks: Mapping[str, Desk],
    changes: Iterator[tuple[str, Callable[[], object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, wrong = shown(desks), []
    for name, change in changes:
        change()
        first = shown(desks)
        with monkeypatch.context() as patch:
            patch.setattr(kept_parts, "render_to_string", nobody)
            again = shown(desks)
        cache.clear()
        anew = shown(desks)
        wrong += [(name, page) for page, made in anew.items() if not made == first[page] == again[page]]
        if anew == before:
            wrong.append((name, "nothing changed: the step tests nothing"))
        before = anew
    assert wrong == []
    # Of one part, whoever reads it first, each reader has what belongs to them.
    directive = b"/directives/new/"
    assert [directive in before[f"agency of the {reader}"] for reader in ("head", "unit")] == [True, False]


def test_no_address_makes_more_parts_than_there_are(
    desks: Mapping[str, Desk], monkeypatch: pytest.MonkeyPatch, lina: User
) -> None:
    """What a page does not heed, and another way to write it, are no key of a part; a large part is not kept."""
    client, figures, office = desks["unit"][0], reverse("reports"), reverse("pm-dashboard")
    parts: Mapping[str, bytes] = cache._cache  # how many there are is nowhere else
    december = f"{figures}?first=1/12/2025&last=31/12/2025"
    for address, others in (
        (december, ("&x=1", "&figure=nonsense", "&span=year", "&agency=", "&after=9")),
        (december, ("&first=٠١/١٢/٢٠٢٥", "&first=2025-12-01", "&last=31.12.2025%20")),
        (f"{office}?month=2026-01", ("&month=nonsense", "&month=", "&who=me")),
    ):
        client.get(address)
        number = len(parts)
        for other in others:
            assert client.get(address + other).status_code == 200
        assert (address, len(parts)) == (address, number)
    written = b"".join(zlib.decompress(pickle.loads(part)) for part in parts.values())
    assert (b"<table" in written, lina.name.encode() in written) == (True, False)
    cache.clear()
    monkeypatch.setattr(kept_parts, "LARGEST", 10)
    client.get(office)
    assert len(parts) == 0
