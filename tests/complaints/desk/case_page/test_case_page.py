"""The case page: what stands on it, for whom, and what it costs."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import accept, add, ask, close, decline, object_to, propose_extension, refer, reply
from complaints.models import Attachment, Case
from tests.cast import make_staff
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent, statements_of, told_on

MOST_STATEMENTS = 28


def attach(case: Case, at: datetime, name: str = "meter.pdf") -> Attachment:
    content = b"%PDF-1.4 a meter %%EOF"
    return Attachment.objects.create(
        case=case,
        file=ContentFile(content, name=name),
        name=name,
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=at,
    )


def buttons(desk: Desk, person: User, case: Case) -> list[str]:
    panel = desk(person).get(address("desk-case", case)).context["panel"]
    return [button.url_name for button in [*panel.answers, *panel.others]]


def test_the_citizens_words_stand_before_the_history(desk: Desk, referred: Case, omar: User) -> None:
    page = desk(omar).get(address("desk-case", referred)).content.decode()
    assert -1 < page.index(DETAILS) < page.index('id="history"')


def test_number_and_telephone_are_masked(desk: Desk, referred: Case, omar: User, amina: Citizen) -> None:
    page = desk(omar).get(address("desk-case", referred)).content.decode()
    shown = [amina.full_name in page, amina.masked_phone in page, amina.masked_number in page]
    assert shown == [True, True, True]
    assert [number in page for number in ("9902103456", "790001234", "1234", "1990")] == [False] * 4


def test_a_hidden_person_has_no_name_on_the_agencys_page(
    desk: Desk, file_case: FileCase, omar: User, lina: User, amina: Citizen
) -> None:
    case = file_case(hides_identity=True)
    add(case, by=amina.user, at=case.filed_at, text="تكرر الأمر اليوم أيضًا.")
    ours = desk(omar).get(address("desk-case", case)).content.decode()
    assert "Name withheld at the person" in ours
    names = (amina.first_name, amina.family_name, amina.masked_phone, amina.masked_number, str(amina.pk), "identity/")
    assert [name in ours for name in names] == [False] * 6
    theirs = desk(lina).get(address("desk-case", case)).content.decode()
    assert amina.full_name in theirs


@pytest.mark.usefixtures("network")
def test_a_new_case_asks_for_its_competence(desk: Desk, referred: Case, omar: User) -> None:
    assert buttons(desk, omar, referred) == ["desk-accept", "desk-decline", "desk-ask", "desk-consult", "desk-task"]


@pytest.mark.usefixtures("network")
def test_a_case_in_progress_asks_for_its_answer(desk: Desk, accepted: Case, omar: User) -> None:
    assert buttons(desk, omar, accepted) == [
        "desk-close",
        "desk-ask",
        "desk-extend",
        "desk-consult",
        "desk-task",
        "desk-return",
    ]


@pytest.mark.usefixtures("dana", "centre")
def test_what_moves_nothing_stands_last(desk: Desk, accepted: Case, omar: User, lina: User) -> None:
    panels = [desk(person).get(address("desk-case", accepted)).context["panel"] for person in (omar, lina)]
    assert [[button.url_name for button in panel.secondary] for panel in panels] == [
        [
            "desk-assign",
            "desk-note",
            "desk-link",
            "desk-call",
            "desk-classify",
            "desk-label",
            "desk-recuse",
            "desk-pdf",
            "desk-hand-over",
        ],
        [
            "desk-note",
            "desk-link",
            "desk-call",
            "desk-classify",
            "desk-label",
            "desk-remind",
            "desk-recuse",
            "desk-pdf",
            "desk-hand-over",
        ],
    ]


def test_a_waiting_case_has_nothing_to_decide(desk: Desk, accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="هل المشكلة في الشارع كله؟")
    assert buttons(desk, omar, accepted) == []


def test_an_inquiry_can_be_answered_at_once(desk: Desk, file_case: FileCase, inquiry: Topic, omar: User) -> None:
    case = file_case(kind="inquiry", topic=inquiry)
    assert buttons(desk, omar, case)[:4] == ["desk-accept", "desk-decline", "desk-close", "desk-ask"]


def test_the_unit_can_take_a_case_back(desk: Desk, accepted: Case, lina: User) -> None:
    assert buttons(desk, lina, accepted) == ["desk-refer", "desk-task"]


def test_the_unit_decides_whose_a_case_in_triage_is(desk: Desk, triaged: Case, lina: User) -> None:
    assert buttons(desk, lina, triaged) == ["desk-refer", "desk-ask", "desk-archive"]


def test_every_button_of_the_panel_opens(
    desk: Desk, full: Case, omar: User, nadia: User, lina: User, water: Agency
) -> None:
    make_staff("dana@miyahuna.example", "دانا عيسى", "Dana Issa", "+962790100009", water, Role.OFFICER)
    for person in (omar, nadia, lina):
        client = desk(person)
        panel = client.get(address("desk-case", full)).context["panel"]
        for name in (button.url_name for button in [*panel.answers, *panel.others, *panel.secondary]):
            assert client.get(address(name, full)).status_code == 200, name


def test_the_history_says_who_did_what_and_after_how_long(
    desk: Desk, referred: Case, omar: User, now: datetime, clock: Clock
) -> None:
    accept(referred, by=omar, at=clock.pass_(hours=2), days=3)
    close(referred, by=omar, at=clock.pass_(hours=25), outcome="solved", found=FOUND, done=DONE)
    file = desk(omar).get(address("desk-case", referred)).context["file"]
    assert [(deed.title, deed.by, deed.after) for deed in file.history] == [
        ("Closed with an answer", "Omar Smadi", "1 day"),
        ("Accepted: answer by 7/1/2026", "Omar Smadi", "2 hours"),
        ("Filed", "the citizen", ""),
    ]


def test_who_held_it_and_for_how_long(
    desk: Desk, referred: Case, omar: User, lina: User, gam: Agency, clock: Clock
) -> None:
    decline(
        referred, by=omar, at=clock.pass_(hours=3), reason="other_agency", text="الشارع للأمانة", proposed_agency=gam
    )
    clock.pass_(days=2)
    file = desk(lina).get(address("desk-case", referred)).context["file"]
    assert [(span.name, span.words) for span in file.spans] == [
        ("Jordan Water Company", "3 working hours"),
        ("Government Complaints Management Unit", "14 working hours"),
    ]
    assert (file.history[0].text.label, file.history[0].text.named) == (
        "Another agency is responsible",
        "Greater Amman Municipality",
    )


def test_what_the_citizen_was_told_and_where_it_stands(desk: Desk, accepted: Case, omar: User) -> None:
    page = desk(omar).get(address("desk-case", accepted))
    assert [(told.about, told.channel, told.delivery.word) for told in told_on(page)] == [
        ("Accepted: answer by 11/1/2026", "SMS", "Waiting"),
        ("Filed", "SMS", "Waiting"),
    ]


def test_a_file_is_handed_out_as_a_download(desk: Desk, referred: Case, omar: User, now: datetime) -> None:
    attachment = attach(referred, now)
    answer = desk(omar).get(address("desk-file", referred, pk=attachment.pk))
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, 'attachment; filename="meter.pdf"')
    answer.close()


def test_a_file_of_another_case_is_not_there(
    desk: Desk, file_case: FileCase, omar: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    ours, theirs = file_case(), file_case(agency=gam)
    attachment = attach(theirs, now)
    assert desk(omar).get(address("desk-file", ours, pk=attachment.pk)).status_code == 404
    assert desk(omar).get(address("desk-file", theirs, pk=attachment.pk)).status_code == 404


@pytest.fixture
def full(
    file_case: FileCase, omar: User, lina: User, amina: Citizen, gam: Agency, water: Agency, now: datetime
) -> Case:
    """A case in progress on which everything was said at least once."""
    case = file_case()
    hour = timedelta(hours=1)
    attach(case, now)
    decline(case, by=omar, at=now + hour, reason="other_place", text="ليس لنا", proposed_agency=gam)
    refer(case, by=lina, at=now + 2 * hour, agency=water, reason="بل لكم", resets_limit=True)
    accept(case, by=omar, at=now + 3 * hour, days=4)
    ask(case, by=omar, at=now + 4 * hour, text="هل المشكلة في الشارع كله؟")
    reply(case, by=amina.user, at=now + 5 * hour, text="نعم، في الشارع كله.")
    add(case, by=amina.user, at=now + 6 * hour, text="وامتدت إلى الشارع المجاور.")
    propose_extension(case, by=omar, at=now + 7 * hour, days=2, reason="القطعة غير متوفرة")
    return case


def finish(case: Case, omar: User, now: datetime) -> None:
    close(case, by=omar, at=now + timedelta(hours=8), outcome="solved", found=FOUND, done=DONE)


def test_a_full_case_costs_one_statement_more_for_each_kind_of_text(
    desk: Desk, full: Case, file_case: FileCase, omar: User, lina: User
) -> None:
    new = file_case()
    accept(new, by=omar, at=new.filed_at, days=4)
    kinds = ("refusal", "ruling", "question", "addition", "extension")
    for person in (omar, lina):
        counts = [statements_of(desk(person), address("desk-case", case)) for case in (new, full)]
        # The files are asked for because the case has some; then which date waits, until when the promise runs, and who
        # else could decide on it.
        asked = 1 + 3
        assert counts[1] == counts[0] + len(kinds) + asked <= MOST_STATEMENTS


def test_three_files_and_three_additions_cost_what_one_does(
    desk: Desk, full: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    before = statements_of(desk(omar), address("desk-case", full))
    for _ in range(2):
        attach(full, now)
        add(full, by=amina.user, at=now, text="والمشكلة باقية.")
    assert statements_of(desk(omar), address("desk-case", full)) == before


def test_an_objected_case_stays_within_the_budget(
    desk: Desk, full: Case, omar: User, lina: User, amina: Citizen, now: datetime
) -> None:
    finish(full, omar, now)
    object_to(full, by=amina.user, at=now + timedelta(hours=9), text="لم تُصلح")
    assert max(statements_of(desk(person), address("desk-case", full)) for person in (omar, lina)) <= MOST_STATEMENTS


# ---- strangers ----

PAGES = (
    "desk-case",
    "desk-accept",
    "desk-decline",
    "desk-return",
    "desk-ask",
    "desk-extend",
    "desk-grant",
    "desk-close",
    "desk-sign",
    "desk-undo",
    "desk-refer",
    "desk-archive",
    "desk-identity",
    "desk-note",
    "desk-call",
    "desk-assign",
    "desk-hand-over",
    "desk-take-back",
    "desk-pdf",
)


def opened(client: Client, case: Case, names: Sequence[str] = PAGES) -> list[tuple[str, str, int]]:
    """Return which page of a case answers anything but 404 to being asked for, or to its form."""
    asked = [(name, "get", client.get(address(name, case)).status_code) for name in names]
    # The case page takes no form, from nobody and for no case.
    forms = [name for name in names if name != "desk-case"]
    asked += [(name, "post", client.post(address(name, case), sent(case)).status_code) for name in forms]
    return [(name, how, status) for name, how, status in asked if status != 404]


def test_yusuf_never_learns_that_the_case_exists(
    desk: Desk, accepted: Case, yusuf: User, amina: Citizen, sami: User
) -> None:
    # In turns: the house's matrices ask for each address as everybody.
    people = (yusuf, amina, sami)
    found = {str(person): opened(desk(person), accepted, PAGES[place::3]) for place, person in enumerate(people)}
    assert found == {str(person): [] for person in people}


def test_nobody_opens_a_case_of_the_own_person(desk: Desk, accepted: Case, omar: User, amina: Citizen) -> None:
    omar.person = amina
    omar.save(update_fields=["person"])
    assert opened(desk(omar), accepted) == []


@pytest.mark.parametrize("ref", ["0000000000", "2600000000", "abc", "26-0000-0001"])
def test_a_forged_number_is_not_found(desk: Desk, referred: Case, omar: User, ref: str) -> None:
    assert desk(omar).get(f"/en/staff/cases/{ref}/").status_code == 404


def test_a_hidden_persons_files_are_nameless_for_the_agency_and_not_for_the_unit(
    file_case: FileCase, omar: User, lina: User, desk: Desk, now: datetime
) -> None:
    case = file_case(hides_identity=True)
    paper = attach(case, now, name="Amina Khatib.pdf")
    plain = f"{paper.pk.hex[:8]}.pdf"
    for person, name, other in ((omar, plain, paper.name), (lina, paper.name, plain)):
        page = desk(person).get(address("desk-case", case)).content.decode()
        handed = desk(person).get(address("desk-file", case, pk=paper.pk))
        handed._resource_closers[0]()
        assert (name in page, other in page) == (True, False)
        assert name in handed["Content-Disposition"]
