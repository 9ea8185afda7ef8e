"""Standard texts: whose they are, what their braces may hold, and how they come into an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Governorate, Topic
from complaints.desk.texts import TextForm
from complaints.models import Answer, Case, StandardText
from complaints.staff import forms
from complaints.visibility.redaction import CaseVisibility
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent
from tests.prepared_rows import prepared

type Keep = Callable[..., StandardText]
PLACE = "عاينت الفرقة الخط المغذي في {place} ووجدت كسرًا في الوصلة."
REF = "استبدلت الفرقة الوصلة يوم {date}، ورقم الطلب {ref} لدى {agency}."


@pytest.fixture
@prepared
def keep(water: Agency, omar: User, now: datetime) -> Keep:
    """Return a function that keeps a text of the water company, or what its arguments say instead."""

    def make(title: str = "كسر في الوصلة", **said: object) -> StandardText:
        values = {"agency": water, "found": PLACE, "done": REF, "changed_by": omar, "changed_at": now, **said}
        return StandardText.objects.create(title=title, **values)

    return make


def known(case: Case) -> CaseVisibility:
    return CaseVisibility(case, knows_person=True)


# ---- the open words ----


def test_what_is_known_is_filled_in(accepted: Case, amman: Governorate, now: datetime) -> None:
    accepted.governorate, accepted.area = amman, "حي نزال"
    assert forms.fill(PLACE, known(accepted), at=now) == PLACE.replace("{place}", "العاصمة، حي نزال")
    assert forms.fill("{agency}, {date}: {topic} {ref}", known(accepted), at=now) == (
        f"Jordan Water Company, 4/1/2026: Water outage {accepted.reference}"
    )
    assert "شركة مياه الأردن" in forms.fill(REF, known(accepted), at=now)


def test_what_is_not_known_stays_open(accepted: Case, now: datetime) -> None:
    assert forms.fill(PLACE, known(accepted), at=now) == PLACE
    assert forms.placeholders_left(PLACE) == ["place"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{name}", ["{name} is not in the list. Use one of the words in the list"]),
        ("{ref", ["Put one word of the list in braces and nothing else, like this: {ref}"]),
        ("{ref.citizen}", ["Put one word of the list in braces and nothing else, like this: {ref}"]),
        ("{ref!r:>999}", ["Put one word of the list in braces and nothing else, like this: {ref}"]),
        ("{ref} {agency} {date} {topic} {place}", []),
    ],
)
def test_only_the_words_of_the_list_stand_in_braces(text: str, wrong: list[str]) -> None:
    assert list(forms.problems(text)) == wrong


# ---- offered ----


def test_the_texts_of_the_agency_the_topic_and_the_kind_are_offered(
    keep: Keep, accepted: Case, gam: Agency, conduct: Topic, now: datetime
) -> None:
    keep("for all", agency=None)
    keep("any topic")
    keep("group", topic=accepted.topic.parent if accepted.topic else None)
    keep("solved", topic=accepted.topic, outcome="solved")
    keep("another agency", agency=gam)
    keep("another topic", topic=conduct)
    keep("another kind", outcome="adopted")
    offered = [offer.title for offer in forms.offered_texts(known(accepted), at=now)]
    assert offered == ["group", "solved", "any topic", "for all"]


def test_a_text_is_put_below_what_was_typed(desk: Desk, keep: Keep, accepted: Case, omar: User) -> None:
    chosen = keep(outcome="partly")
    typed = {"version": accepted.version, "found": "وصلنا صباحًا.", "done": "", "standard": chosen.pk, "insert": "1"}
    page = desk(omar).post(address("desk-close", accepted), typed)
    form = page.context["form"]
    assert (form.is_bound, form["outcome"].value(), form["found"].value()) == (
        False,
        "partly",
        f"وصلنا صباحًا.\n{PLACE}",
    )
    assert form["done"].value() == REF.replace("{date}", "4/1/2026").replace("{ref}", accepted.reference).replace(
        "{agency}", "شركة مياه الأردن"
    )
    assert Answer.objects.count() == 0


def test_an_outcome_chosen_before_stays(desk: Desk, keep: Keep, accepted: Case, omar: User) -> None:
    typed = {"version": accepted.version, "outcome": "solved", "standard": keep(outcome="partly").pk, "insert": "1"}
    page = desk(omar).post(address("desk-close", accepted), typed)
    assert page.context["form"]["outcome"].value() == "solved"


@pytest.mark.parametrize("chosen", ["", "999", "nonsense"])
def test_inserting_nothing_keeps_what_was_typed(
    desk: Desk, keep: Keep, accepted: Case, omar: User, gam: Agency, chosen: str
) -> None:
    keep(agency=gam)
    typed = {"version": accepted.version, "found": "كلمات", "standard": chosen, "insert": "1"}
    page = desk(omar).post(address("desk-close", accepted), typed)
    assert (page.status_code, page.context["form"]["found"].value()) == (200, "كلمات")


def test_another_agencys_text_is_not_inserted(desk: Desk, keep: Keep, accepted: Case, omar: User, gam: Agency) -> None:
    theirs = keep(agency=gam)
    page = desk(omar).post(
        address("desk-close", accepted), {"version": accepted.version, "standard": theirs.pk, "insert": "1"}
    )
    assert page.context["form"]["found"].value() == ""


def test_a_text_with_an_open_word_is_not_sent(desk: Desk, accepted: Case, omar: User) -> None:
    for button in ({}, {"send": "1"}):
        typed = {"version": accepted.version, "outcome": "solved", "found": PLACE, "done": DONE, **button}
        page = desk(omar).post(address("desk-close", accepted), typed)
        said = "Replace {place} with the place the citizen named"
        assert dict(page.context["form"].errors) == {"found": [said]}
    assert Answer.objects.count() == 0


# ---- the page of the texts ----

GOOD = {"title": "كسر في الوصلة", "topic": "", "outcome": "solved", "found": FOUND, "done": ""}


def test_a_desk_writes_its_own_and_the_unit_those_for_all(
    desk: Desk, omar: User, lina: User, yusuf: User, water: Agency
) -> None:
    for person in (omar, lina):
        assert desk(person).post(reverse("text-new"), GOOD).status_code == 302
    assert [(one.agency, one.changed_by) for one in StandardText.objects.order_by("pk")] == [
        (water, omar),
        (None, lina),
    ]
    rows = {
        person: [(text.agency, may) for text, may in desk(person).get(reverse("texts")).context["rows"]]
        for person in (omar, lina, yusuf)
    }
    assert rows == {omar: [(water, True), (None, False)], lina: [(None, True)], yusuf: [(None, False)]}


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"title": ""}, {"title": ["Enter: Name of the text"]}),
        ({"found": ""}, {"found": ["Write at least one of the two texts"]}),
        ({"found": "{name}"}, {"found": ["{name} is not in the list. Use one of the words in the list"]}),
        (
            {"done": "{"},
            {"done": ["Put one word of the list in braces and nothing else, like this: {ref}"]},
        ),
        ({"topic": "nonsense"}, {"topic": ["Topic: choose one of the options shown"]}),
        ({"outcome": "withdrawn"}, {"outcome": ["Outcome: choose one of the options shown"]}),
    ],
)
def test_bad_input_is_refused_beside_its_box(
    desk: Desk, omar: User, typed: dict[str, str], errors: dict[str, list[str]]
) -> None:
    page = desk(omar).post(reverse("text-new"), GOOD | typed)
    assert {name: list(said) for name, said in page.context["form"].errors.items()} == errors
    assert StandardText.objects.count() == 0


def test_a_name_is_used_once_in_an_agency(desk: Desk, keep: Keep, omar: User) -> None:
    keep()
    page = desk(omar).post(reverse("text-new"), GOOD)
    assert list(page.context["form"].errors["title"]) == ["There is already a text with this name. Enter another name"]


def test_a_text_is_changed_and_deleted(desk: Desk, keep: Keep, omar: User, clock: Clock, outage: Topic) -> None:
    kept, client = keep(), desk(omar)
    page, where = reverse("text", args=[kept.pk]), reverse("text-delete", args=[kept.pk])
    assert client.get(page).status_code == 200
    clock.pass_(minutes=1)
    seen = {"seen": kept.changed_at.isoformat()}
    kept.refresh_from_db()
    seen = {"seen": kept.changed_at.isoformat()}
    assert client.post(page, GOOD | seen | {"topic": "outage", "title": "آخر"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.title, kept.topic, kept.outcome, kept.done, kept.changed_at) == (
        "آخر",
        outage,
        "solved",
        "",
        clock.at,
    )
    again = client.post(page, GOOD | seen | {"found": "كلمات من جاء ثانيًا"})
    assert (again.status_code, again.context["form"]["found"].value()) == (409, "كلمات من جاء ثانيًا")
    assert client.get(where).status_code == 200
    assert StandardText.objects.count() == 1
    assert client.post(where).status_code == 302
    assert StandardText.objects.count() == 0


def test_nobody_changes_what_is_not_theirs(
    desk: Desk, keep: Keep, yusuf: User, lina: User, sami: User, omar: User, amina: Citizen
) -> None:
    own, general = keep(), keep(agency=None)
    for person, text in ((yusuf, own), (lina, own), (sami, own), (amina, own), (omar, general), (yusuf, general)):
        for name in ("text", "text-delete"):
            for method in ("get", "post"):
                assert getattr(desk(person), method)(reverse(name, args=[text.pk])).status_code == 404
    assert StandardText.objects.count() == 2


def test_an_officer_of_two_agencies_says_which(desk: Desk, omar: User, gam: Agency, now: datetime) -> None:
    omar.memberships.create(agency=gam, role="officer", starts_on=now.date())
    page = desk(omar).post(reverse("text-new"), GOOD)
    assert list(page.context["form"].errors["agency"]) == ["Choose an agency"]
    desk(omar).post(reverse("text-new"), GOOD | {"agency": "gam"})
    assert StandardText.objects.get().agency == gam


def test_the_pages_take_the_same_statements_for_one_and_three(
    desk: Desk, keep: Keep, accepted: Case, omar: User, outage: Topic
) -> None:
    client, counts = desk(omar), []
    for titles in (("1",), ("2", "3")):
        for title in titles:
            keep(title, topic=outage)
        for url in (reverse("texts"), address("desk-close", accepted)):
            client.get(url)
            with CaptureQueriesContext(connection) as statements:
                client.get(url)
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_a_filled_text_closes_a_case(
    desk: Desk, keep: Keep, file_case: FileCase, accepted: Case, amman: Governorate, omar: User, now: datetime
) -> None:
    Case.objects.filter(pk=accepted.pk).update(governorate=amman)
    accepted.refresh_from_db()
    keep()
    offer = forms.offered_texts(known(accepted), at=now)[0]
    typed = {"outcome": "solved", "found": offer.found, "done": offer.done}
    assert desk(omar).post(address("desk-close", accepted), sent(accepted, **typed)).status_code == 302
    accepted.refresh_from_db()
    assert accepted.state == "closed"


def test_a_name_taken_in_the_same_moment_is_said_beside_its_box(
    desk: Desk, keep: Keep, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep()
    monkeypatch.setattr(TextForm, "_is_taken", lambda _form, _title: False)
    page = desk(omar).post(reverse("text-new"), GOOD)
    assert list(page.context["form"].errors["title"]) == ["There is already a text with this name. Enter another name"]
    assert StandardText.objects.count() == 1
