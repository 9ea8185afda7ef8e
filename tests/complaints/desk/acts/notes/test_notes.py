"""Notes and calls: written for one's own desk and the unit, read by nobody else."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Citizen, User
from complaints.actions import accept, log_call, note
from complaints.actions.notes import agency_at_desk
from complaints.engine.transition import NotEntitled
from complaints.models import Case, Note, NoteKind, ReferralTask, SpokenWith
from notifications.models import Message
from tests.complaints.pages import Desk, address, sent

WORDS = "المقاول وعد بالحضور صباح الأحد."


def ask_partner(case: Case, agency_of: User, by: User, at: datetime) -> None:
    agency = agency_of.memberships.get().agency
    assert agency is not None
    ReferralTask.objects.create(
        case=case, agency=agency, text="بقية الطريق لكم", asked_by=by, asked_at=at, event=case.events.latest("number")
    )


def history(desk: Desk, person: User, case: Case) -> list[tuple[str, str | None]]:
    file = desk(person).get(address("desk-case", case)).context["file"]
    return [(deed.title, deed.text.first if deed.text else None) for deed in file.history]


def test_a_note_is_one_event_and_moves_nothing(accepted: Case, omar: User, now: datetime) -> None:
    before = (accepted.version, accepted.state, accepted.holder, accepted.deadline_at, Message.objects.count())
    note(accepted, by=omar, at=now, text=WORDS)
    accepted.refresh_from_db()
    after = (accepted.version - 1, accepted.state, accepted.holder, accepted.deadline_at, Message.objects.count())
    assert after == before
    event = accepted.events.latest("number")
    assert (event.action, Note.objects.get().event, event.desk_id) == ("note", event, accepted.agency_id)
    assert WORDS not in str(event.facts)


def test_a_call_says_with_whom(accepted: Case, omar: User, now: datetime) -> None:
    log_call(accepted, by=omar, at=now, spoken_with=SpokenWith.CITIZEN, text=WORDS)
    written = accepted.notes.get()
    assert (written.kind, written.spoken_with, written.by) == (NoteKind.CALL, SpokenWith.CITIZEN, omar)
    event = accepted.events.earliest("number")
    with pytest.raises(IntegrityError, match="note_of_a_call_says_with_whom"), transaction.atomic():
        Note.objects.create(case=accepted, event=event, kind=NoteKind.CALL, text=WORDS, by=omar, at=now)


def test_strangers_and_citizens_write_none(
    accepted: Case, yusuf: User, amina: Citizen, sami: User, now: datetime
) -> None:
    for person in (yusuf, amina.user, sami):
        with pytest.raises(NotEntitled):
            note(accepted, by=person, at=now, text=WORDS)
    assert Note.objects.count() == 0


def test_the_page_writes_a_note_and_the_history_shows_it(desk: Desk, accepted: Case, omar: User, nadia: User) -> None:
    answer = desk(omar).post(address("desk-note", accepted), sent(accepted, text=WORDS))
    assert (answer.status_code, answer.url) == (302, address("desk-case", accepted))
    assert history(desk, nadia, accepted)[0] == ("Note", WORDS)


def test_the_page_logs_a_call(desk: Desk, accepted: Case, omar: User) -> None:
    desk(omar).post(address("desk-call", accepted), sent(accepted, spoken_with="directorate", text=WORDS))
    file = desk(omar).get(address("desk-case", accepted)).context["file"]
    assert (file.history[0].title, file.history[0].text.label) == ("Phone call recorded", "The directorate")


def test_the_agencys_notes_are_read_by_the_unit_and_the_units_by_no_agency(
    desk: Desk, accepted: Case, omar: User, lina: User, now: datetime
) -> None:
    note(accepted, by=omar, at=now, text=WORDS)
    note(accepted, by=lina, at=now, text="يُراجع مع الوزارة.")
    assert [words for _, words in history(desk, lina, accepted)[:2]] == ["يُراجع مع الوزارة.", WORDS]
    assert [words for _, words in history(desk, omar, accepted)[:2]] == [None, WORDS]


def test_a_partner_reads_its_own_notes_and_not_those_of_the_lead(
    desk: Desk, accepted: Case, omar: User, yusuf: User, lina: User, now: datetime
) -> None:
    ask_partner(accepted, yusuf, lina, now)
    note(accepted, by=omar, at=now, text=WORDS)
    note(accepted, by=yusuf, at=now, text="الطريق لنا.")
    assert [words for _, words in history(desk, yusuf, accepted)[:2]] == ["الطريق لنا.", None]
    assert [words for _, words in history(desk, omar, accepted)[:2]] == [None, WORDS]
    page = desk(yusuf).get(address("desk-case", accepted)).content.decode()
    assert WORDS not in page


def test_the_desk_of_a_writer(accepted: Case, omar: User, yusuf: User, lina: User, now: datetime) -> None:
    ask_partner(accepted, yusuf, lina, now)
    agency = yusuf.memberships.get().agency_id
    found = [agency_at_desk(accepted, person, at=now) for person in (omar, yusuf, lina)]
    assert found == [accepted.agency_id, agency, None]


@pytest.mark.parametrize(
    ("name", "typed", "wrong"),
    [
        ("desk-note", {"text": ""}, ["text"]),
        ("desk-note", {"text": "س" * 3001}, ["text"]),
        ("desk-call", {"text": WORDS, "spoken_with": ""}, ["spoken_with"]),
        ("desk-call", {"text": WORDS, "spoken_with": "minister"}, ["spoken_with"]),
        ("desk-call", {"text": "", "spoken_with": "citizen"}, ["text"]),
    ],
)
def test_bad_input_writes_nothing(
    desk: Desk, accepted: Case, omar: User, name: str, typed: dict[str, str], wrong: list[str]
) -> None:
    page = desk(omar).post(address(name, accepted), sent(accepted, **typed))
    assert (page.status_code, list(page.context["form"].errors), Note.objects.count()) == (200, wrong, 0)


@pytest.mark.parametrize("name", ["desk-note", "desk-call"])
def test_a_stale_page_keeps_the_words(desk: Desk, referred: Case, omar: User, nadia: User, name: str) -> None:
    typed = sent(referred, text=WORDS, spoken_with="citizen")
    accept(referred, by=nadia, at=referred.filed_at, days=2)
    page = desk(omar).post(address(name, referred), typed)
    assert (page.status_code, page.context["previous_change"].by) == (409, "Nadia Shara")
    assert (page.context["form"]["text"].value(), Note.objects.count()) == (WORDS, 0)


def test_notes_can_be_written_on_a_closed_case(desk: Desk, closed: Case, omar: User) -> None:
    assert desk(omar).post(address("desk-note", closed), sent(closed, text=WORDS)).status_code == 302


@pytest.mark.parametrize("name", ["desk-note", "desk-call", "desk-assign", "desk-hand-over", "desk-take-back"])
def test_others_get_404(
    desk: Desk, accepted: Case, yusuf: User, sami: User, amina: Citizen, omar: User, name: str
) -> None:
    for person in (yusuf, sami, amina):
        client = desk(person)
        assert client.get(address(name, accepted)).status_code == 404
        assert client.post(address(name, accepted), sent(accepted, text=WORDS)).status_code == 404
    omar.person = amina
    omar.save(update_fields=["person"])
    assert desk(omar).post(address(name, accepted), sent(accepted, text=WORDS)).status_code == 404
