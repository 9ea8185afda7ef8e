"""The file as a PDF: for whom, with whose name, and that no text of a person becomes markup."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from accounts.models import Citizen, IdentityView, User
from complaints.actions import add, ask, close, reply
from complaints.models import Case
from complaints.permissions.rulings import with_pending
from complaints.staff import pdf
from complaints.staff.pdf import read_case_file
from kit import typesetting
from kit.slots import Slots
from kit.typesetting import directed
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address

pytestmark = pytest.mark.usefixtures("clock", "english")

WHY = "المحكمة طلبت الملف باسم صاحبه."
NASTY = '#panic("x") #sys.inputs $x^2$ ] ) } " \\ #read("/etc/passwd") @ref <label> = heading // end\n\u202eyzx\u0000'


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Keep what the template is given, and set it all the same."""
    kept: list[dict] = []
    compiled = pdf.compile_pdf

    def keeping(data: dict, *, at: datetime) -> bytes:
        kept.append(data)
        return compiled(data, at=at)

    monkeypatch.setattr(pdf, "compile_pdf", keeping)
    return kept


def words_in(data: object) -> list[str]:
    if isinstance(data, str):
        return [data]
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return [word for part in parts for word in words_in(part)]


def test_the_file_is_a_pdf_under_its_number(desk: Desk, closed: Case, omar: User, made: list[dict]) -> None:
    answer = desk(omar).get(address("desk-pdf-file", closed))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{closed.reference}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.content.startswith(b"%PDF-")
    assert [section["title"] for section in made[0]["sections"]] == [
        "What the citizen wrote",
        "The answer",
        "Who had the case",
        "History",
    ]


def test_without_the_identity_nobody_is_named(
    desk: Desk, closed: Case, omar: User, amina: Citizen, made: list[dict]
) -> None:
    desk(omar).get(address("desk-pdf-file", closed))
    text = "\n".join(words_in(made[0]))
    names = (amina.first_name, amina.family_name, amina.masked_phone, "9902103456", "790001234", "1234")
    assert [name in text for name in names] == [False] * 6
    assert "not named in this print" in text
    assert IdentityView.objects.count() == 0


def test_without_the_identity_a_name_is_covered_in_the_texts_too(
    desk: Desk, closed: Case, omar: User, amina: Citizen, made: list[dict]
) -> None:
    Case.objects.filter(pk=closed.pk).update(details=f"{amina.short_name} 0790001234", place=amina.full_name)
    desk(omar).get(address("desk-pdf-file", closed))
    desk(omar).post(address("desk-pdf", closed), {"reason": WHY})
    texts = [data["sections"][0]["entries"][0]["lines"][0]["text"] for data in made]
    assert texts == ["•••", f"{amina.short_name} 0790001234"]
    assert [amina.full_name in "\n".join(words_in(data["facts"])) for data in made] == [False, True]


def test_with_the_identity_the_reason_is_written_down(
    desk: Desk, closed: Case, omar: User, amina: Citizen, made: list[dict]
) -> None:
    answer = desk(omar).post(address("desk-pdf", closed), {"reason": WHY})
    assert answer.headers["Content-Type"] == "application/pdf"
    text = "\n".join(words_in(made[0]))
    assert [word in text for word in (amina.full_name, "9902103456")] == [True, True]
    look = IdentityView.objects.get()
    assert (look.viewer, look.citizen, look.reference, look.reason, look.fields) == (
        omar,
        amina,
        closed.reference,
        WHY,
        ["number", "phone"],
    )


@pytest.mark.parametrize("reason", ["", "لأن", "س" * 201])
def test_without_a_reason_there_is_no_identity(desk: Desk, closed: Case, omar: User, reason: str) -> None:
    page = desk(omar).post(address("desk-pdf", closed), {"reason": reason})
    assert (page.status_code, list(page.context["form"].errors), IdentityView.objects.count()) == (200, ["reason"], 0)


def test_a_hidden_person_is_printed_for_the_unit_alone(desk: Desk, file_case: FileCase, omar: User, lina: User) -> None:
    case = file_case(hides_identity=True)
    assert desk(omar).get(address("desk-pdf", case)).context["form"] is None
    assert desk(omar).post(address("desk-pdf", case), {"reason": WHY}).status_code == 404
    assert desk(lina).post(address("desk-pdf", case), {"reason": WHY}).status_code == 200
    assert [look.viewer for look in IdentityView.objects.all()] == [lina]


@pytest.mark.parametrize("name", ["desk-pdf", "desk-pdf-file"])
def test_strangers_get_404(
    desk: Desk, closed: Case, yusuf: User, sami: User, amina: Citizen, omar: User, name: str
) -> None:
    for person in (yusuf, sami, amina):
        assert desk(person).get(address(name, closed)).status_code == 404
    omar.person = amina
    omar.save(update_fields=["person"])
    assert desk(omar).get(address(name, closed)).status_code == 404


@pytest.mark.parametrize("language", ["ar", "en"])
def test_nothing_a_person_writes_becomes_markup(
    accepted: Case, omar: User, amina: Citizen, made: list[dict], language: str
) -> None:
    at = accepted.filed_at
    ask(accepted, by=omar, at=at, text=NASTY.replace("\0", ""))
    reply(accepted, by=amina.user, at=at, text=NASTY.replace("\0", ""))
    accepted.subject = NASTY[:60]
    case = with_pending(Case.objects.filter(pk=accepted.pk).for_page()).get()
    case.subject, case.details = NASTY[:100], NASTY
    with translation.override(language):
        content = pdf.render(case, read_case_file(case, omar, at=at), at=at, printed_by=NASTY)
    assert content.startswith(b"%PDF-")
    assert "\u202e" not in "".join(words_in(made[0]["sections"]))


def test_numbers_and_latin_text_keep_their_direction(accepted: Case, omar: User, made: list[dict]) -> None:
    case = with_pending(Case.objects.filter(pk=accepted.pk).for_page()).get()
    with translation.override("ar"):
        pdf.render(case, read_case_file(case, omar, at=case.filed_at), at=case.filed_at, printed_by=omar.name)
    number = made[0]["facts"][0]["value"]
    reference = case.reference
    grouped = f"{reference[:2]} {reference[2:6]} {reference[6:]}"
    assert number == {"text": grouped, "direction": "ltr", "parts": [{"text": grouped, "is_number": True}]}
    assert (made[0]["direction"], made[0]["language"]) == ("rtl", "ar")
    assert directed("Amman, شارع 12")["direction"] == "ltr"
    assert directed("12 شارع Amman")["direction"] == "rtl"


def test_a_long_life_is_cut_and_says_so(
    accepted: Case, omar: User, amina: Citizen, made: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST_ENTRIES", 2)
    add(accepted, by=amina.user, at=accepted.filed_at + timedelta(hours=1), text="مزيد")
    close(accepted, by=omar, at=accepted.filed_at + timedelta(hours=2), outcome="solved", found=FOUND, done=DONE)
    case = with_pending(Case.objects.filter(pk=accepted.pk).for_page()).get()
    with translation.override("en"):
        pdf.render(case, read_case_file(case, omar, at=case.filed_at), at=case.filed_at, printed_by=omar.name)
    history = made[0]["sections"][-1]["entries"]
    assert [entry["title"] for entry in history] == ["", "Information added by the citizen", "Closed with an answer"]
    assert history[0]["lines"][0]["text"] == "Older entries not shown here: 2."


def test_long_words_are_cut_too(
    accepted: Case, omar: User, amina: Citizen, made: list[dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "MOST_LETTERS", 3000)
    for place in range(3):
        add(accepted, by=amina.user, at=accepted.filed_at + timedelta(hours=place), text="س" * 1400)
    case = with_pending(Case.objects.filter(pk=accepted.pk).for_page()).get()
    with translation.override("en"):
        pdf.render(case, read_case_file(case, omar, at=case.filed_at), at=case.filed_at, printed_by=omar.name)
    history = made[0]["sections"][-1]["entries"]
    assert [sum(len(line["text"]) for line in entry["lines"]) for entry in history[1:]] == [1400, 1400]
    assert history[0]["lines"][0]["text"] == "Older entries not shown here: 3."


def test_it_is_printed_at_any_moment(accepted: Case, omar: User, now: datetime) -> None:
    case = with_pending(Case.objects.filter(pk=accepted.pk).for_page()).get()
    at = now + timedelta(microseconds=123456)
    assert pdf.render(case, read_case_file(case, omar, at=at), at=at, printed_by=omar.name).startswith(b"%PDF-")


def test_signs_the_face_lacks_are_no_obstacle_and_said(
    accepted: Case, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs, typeset = [], typesetting._typeset

    def keeping(template: Path, given: dict[str, str], **how: Any) -> bytes:
        inputs.append(set(given))
        return typeset(template, given, **how)

    monkeypatch.setattr(typesetting, "_typeset", keeping)
    case = with_pending(Case.objects.filter(pk=accepted.pk).for_page()).get()
    case.details = "المياه مقطوعة 😡💧 منذ أسبوع"
    content = pdf.render(case, read_case_file(case, omar, at=case.filed_at), at=case.filed_at, printed_by=omar.name)
    assert content.startswith(b"%PDF-1.7")
    assert inputs == [{"file"}, {"file", "lacking"}]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_pdf_that_finds_no_slot_is_answered_503_and_can_be_asked_for_again(
    desk: Desk, accepted: Case, omar: User, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    slots, client = Slots(at_once=1, waiting=0), desk(omar)
    client.raise_request_exception = False
    url = address("desk-pdf-file", accepted).replace("/en/", f"/{language}/")
    monkeypatch.setattr(typesetting, "_slots", slots)
    with slots.taken(seconds=0):
        busy = client.get(url)
    assert (busy.status_code, busy["Retry-After"]) == (503, "10")
    assert client.get(url)["Content-Type"] == "application/pdf"
