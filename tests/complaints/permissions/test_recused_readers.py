"""Whom a case is about meets the same closed doors as a stranger: pages, files, lists, counts, search, bulk, links."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.models import Citizen, Membership, User
from accounts.roles import Role
from agencies.models import Agency, Directorate
from complaints.actions import accept, add_task, close, decline, link, links, recuse, refer
from complaints.actions.consultations import consult
from complaints.contact_centre import calls
from complaints.desk import queue_bulk
from complaints.desk.queue import tab_counts
from complaints.desk.queue_tabs import StaffContext, Tab
from complaints.engine.transition import NotEntitled
from complaints.escalation.absences import reassign
from complaints.message_centre import message_lists
from complaints.models import Attachment, Case
from notifications.models import CallTask, Message
from tests.cast import NOW
from tests.complaints import DONE, FOUND, RECUSAL_REASON
from tests.complaints.cases import FileCase
from tests.complaints.desk.queue.test_tab_conditions import tab_cases
from tests.complaints.pages import Desk, address, sent, statements_of
from tests.complaints.search.test_search import by_words, found
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

PAGES = [
    *("desk-case", "desk-note", "desk-close", "desk-pdf", "desk-pdf-file", "desk-identity", "desk-assign", "desk-link"),
    *("desk-label", "desk-remind", "desk-recuse", "desk-end-recusal", "desk-call", "desk-extend"),
]


@pytest.fixture
@prepared
def about_omar(accepted: Case, omar: User, nadia: User, hani: User, now: datetime) -> Case:
    """A complaint omar accepted, which turned out to be about him."""
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    accepted.refresh_from_db()
    return accepted


def test_no_page_of_the_case_exists(desk: Desk, about_omar: Case, omar: User) -> None:
    client, typed = desk(omar), sent(about_omar, text="كتبها من قبل")
    assert {name: client.get(address(name, about_omar)).status_code for name in PAGES} == dict.fromkeys(PAGES, 404)
    forms = [name for name in PAGES if name not in {"desk-case", "desk-pdf-file"}]
    answers = {name: client.post(address(name, about_omar), typed).status_code for name in forms}
    assert answers == dict.fromkeys(forms, 404)


def test_a_page_opened_before_is_answered_with_404(
    desk: Desk, accepted: Case, omar: User, nadia: User, hani: User, now: datetime
) -> None:
    typed = sent(accepted, outcome="solved", found=FOUND, done=DONE)
    client = desk(omar)
    assert client.get(address("desk-close", accepted)).status_code == 200
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert client.post(address("desk-close", accepted), typed).status_code == 404
    accepted.refresh_from_db()
    assert accepted.state == "in_progress"


def test_also_not_when_it_left_the_agency(
    desk: Desk, about_omar: Case, omar: User, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    refer(about_omar, by=lina, at=now, agency=gam)
    assert desk(omar).post(address("desk-note", about_omar), sent(about_omar, text="ملاحظة")).status_code == 404


def test_its_files_are_closed(desk: Desk, about_omar: Case, omar: User, hani: User, now: datetime) -> None:
    attachment = Attachment.objects.create(
        case=about_omar,
        file=ContentFile(b"%PDF-1.7", name="x"),
        name="صورة.pdf",
        content_type="application/pdf",
        size=8,
        sha256=sha256(b"%PDF-1.7").hexdigest(),
        added_at=now,
    )
    where = address("desk-file", about_omar, pk=attachment.pk)
    closing = [desk(user).get(where) for user in (omar, hani)]
    assert [answer.status_code for answer in closing] == [404, 200]
    closing[1].close()


def test_the_supervisor_and_the_ladder_are_kept_out_too(
    desk: Desk, referred: Case, nadia: User, samar: User, lina: User, hani: User, now: datetime
) -> None:
    for person in (nadia, samar):
        assert Case.objects.visible_to(person, at=now).exists()
        recuse(referred, by=lina, at=now, person=person, text=RECUSAL_REASON)
        assert not Case.objects.visible_to(person, at=now).exists()
    assert desk(nadia).get(address("desk-case", referred)).status_code == 404


def test_the_unit_is_kept_out_too(desk: Desk, triaged: Case, lina: User, rami: User, now: datetime) -> None:
    recuse(triaged, by=rami, at=now, person=lina, text=RECUSAL_REASON)
    assert [desk(user).get(address("desk-case", triaged)).status_code for user in (lina, rami)] == [404, 200]
    page = desk(lina).get(reverse("triage")).content.decode()
    assert triaged.reference not in page


def test_who_passed_it_on_loses_sight_as_well(
    referred: Case, omar: User, hani: User, nadia: User, lina: User, gam: Agency, now: datetime
) -> None:
    recuse(referred, by=lina, at=now, person=hani, text=RECUSAL_REASON)
    decline(referred, by=omar, at=now, reason="other_place", text="الشارع لغيرنا", proposed_agency=gam)
    assert Case.objects.visible_to(omar, at=now).exists()
    recuse(referred, by=lina, at=now, person=lina, text=RECUSAL_REASON)
    assert not Case.objects.visible_to(lina, at=now).exists()


def test_no_view_of_the_queue_has_it_and_none_counts_it(
    about_omar: Case, omar: User, hani: User, file_case: FileCase, now: datetime
) -> None:
    other = file_case(subject="لا ماء في حارتنا")
    seats = [StaffContext(user, now) for user in (omar, hani)]
    assert [set(tab_cases(Tab.OPEN, seat)) for seat in seats] == [{other}, {other, about_omar}]
    assert [tab_counts(seat)["open"] for seat in seats] == [1, 2]
    for tab in Tab:
        assert about_omar not in tab_cases(tab, seats[0])


def test_a_part_and_what_was_passed_on_are_not_listed_either(
    about_omar: Case, omar: User, hani: User, yusuf: User, gam: Agency, lina: User, now: datetime
) -> None:
    add_task(about_omar, by=hani, at=now, agency=gam, text="هل منحتم رخصة؟", days=2)
    assert list(tab_cases(Tab.TASKS, StaffContext(yusuf, now))) == [about_omar]
    recuse(about_omar, by=lina, at=now, person=yusuf, text=RECUSAL_REASON)
    assert list(tab_cases(Tab.TASKS, StaffContext(yusuf, now))) == []


@pytest.mark.parametrize("by", ["reference", "words", "phone"])
def test_no_search_finds_it(desk: Desk, about_omar: Case, omar: User, hani: User, by: str) -> None:
    text = {"reference": about_omar.reference, "words": "الماء", "phone": "0790001234"}[by]
    find = by_words if by == "words" else found
    assert find(desk(omar), text) == []
    assert about_omar.reference in str(find(desk(hani), text))


def test_the_persons_other_cases_do_not_show_it(
    desk: Desk, about_omar: Case, omar: User, hani: User, file_case: FileCase
) -> None:
    other = file_case(subject="لا ماء في حارتنا")
    pages = [desk(user).get(address("desk-case", other)).content.decode() for user in (omar, hani)]
    assert [about_omar.reference in page for page in pages] == [False, True]


def test_a_link_to_it_is_not_shown_and_cannot_be_made(
    desk: Desk, about_omar: Case, omar: User, hani: User, file_case: FileCase, karim: Citizen, now: datetime
) -> None:
    other = file_case(citizen=karim, subject="لا ماء في حارتنا")
    page = desk(omar).post(address("desk-link", other), sent(other, other=about_omar.reference, kind="related"))
    assert page.status_code == 200
    link(other, about_omar, by=hani, at=now)
    pages = [desk(user).get(address("desk-case", other)).content.decode() for user in (omar, hani)]
    assert [about_omar.reference in page for page in pages] == [False, True]


def test_the_answer_to_a_lead_leaves_out_the_follower_about_its_writer(
    desk: Desk, about_omar: Case, omar: User, hani: User, file_case: FileCase, karim: Citizen, now: datetime
) -> None:
    lead = file_case(citizen=karim, subject="لا ماء في حارتنا")
    accept(lead, by=omar, at=now, days=3)
    link(about_omar, lead, by=hani, at=now)
    reach = links.answer_reach(lead, by=omar, at=now, signed=False)
    assert (list(reach.ready), [(left.case, left.why) for left in reach.left]) == (
        [],
        [(None, "you may not answer it")],
    )
    close(lead, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    about_omar.refresh_from_db()
    assert about_omar.state == "in_progress"


def test_the_same_words_elsewhere_do_not_name_it(
    desk: Desk, about_omar: Case, omar: User, hani: User, file_case: FileCase, karim: Citizen, now: datetime
) -> None:
    close(about_omar, by=hani, at=now, outcome="solved", found=FOUND, done=DONE)
    other = file_case(citizen=karim, subject="لا ماء في حارتنا")
    accept(other, by=hani, at=now, days=3)
    typed = {"version": other.version, "outcome": "solved", "found": FOUND, "done": DONE}
    pages = [desk(user).post(address("desk-close", other), typed).content.decode() for user in (omar, hani)]
    assert [about_omar.reference in page for page in pages] == [False, True]


def test_bulk_deeds_know_no_such_case(
    desk: Desk, about_omar: Case, omar: User, hani: User, file_case: FileCase
) -> None:
    other = file_case(subject="لا ماء في حارتنا")
    chosen = [str(queue_bulk.Choice.of(case)) for case in (about_omar, other)]
    page = desk(omar).post(reverse("queue-bulk"), {"bulk_action": "label", "case": chosen, "send": "1", "name": "عاجل"})
    assert [(row.reference, row.is_done, row.words) for row in page.context["results"]] == [
        (about_omar.reference, False, "This case is not one of yours."),
        (other.reference, True, "Done."),
    ]


def test_a_bulk_assignment_neither_offers_nor_takes_whom_the_cases_are_about(
    desk: Desk, about_omar: Case, omar: User, hani: User, nadia: User, file_case: FileCase
) -> None:
    other = file_case(subject="لا ماء في حارتنا")
    client, where = desk(nadia), reverse("queue-bulk")
    one = {"bulk_action": "assign", "case": [str(queue_bulk.Choice.of(about_omar))]}
    assert list(client.post(where, one).context["form"].officers.values()) == [hani]
    two = {"bulk_action": "assign", "case": [str(queue_bulk.Choice.of(case)) for case in (about_omar, other)]}
    assert set(client.post(where, two).context["form"].officers.values()) == {hani, omar}
    page = client.post(where, {**two, "officer": str(omar.pk), "send": "1"})
    assert [(row.is_done, row.words) for row in page.context["results"]] == [
        (False, "This person is not an officer of the case's agency today, or has a conflict of interest."),
        (True, "Done."),
    ]


def test_the_assign_page_does_not_offer_them(desk: Desk, about_omar: Case, omar: User, hani: User, nadia: User) -> None:
    page = desk(nadia).get(address("desk-assign", about_omar))
    assert list(page.context["form"].officers.values()) == [hani]
    answer = desk(nadia).post(address("desk-assign", about_omar), sent(about_omar, officer=str(omar.pk)))
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["officer"])


def test_work_handed_over_in_one_act_leaves_out_the_case_about_the_taker(
    file_case: FileCase, omar: User, hani: User, nadia: User, water: Agency, now: datetime
) -> None:
    cases = [file_case(subject=f"لا ماء في حارتنا {number}") for number in range(3)]
    for case in cases:
        accept(case, by=hani, at=now, days=3)
    recuse(cases[0], by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    done = reassign(water, hani, omar, by=nadia, at=now)
    assert (done.moved, done.kept) == (2, 1)
    assert [Case.objects.get(pk=case.pk).officer for case in cases] == [hani, omar, omar]


def test_a_case_about_the_supervisor_stays_and_is_not_even_counted(
    file_case: FileCase, omar: User, hani: User, nadia: User, lina: User, water: Agency
) -> None:
    case = file_case()
    accept(case, by=hani, at=NOW, days=3)
    recuse(case, by=lina, at=NOW, person=nadia, text=RECUSAL_REASON)
    done = reassign(water, hani, omar, by=nadia, at=NOW)
    assert (done.moved, done.kept, Case.objects.get(pk=case.pk).officer) == (0, 0, hani)


# ---- the lists beside the cases ----


def test_messages_and_calls_about_it_are_not_theirs(about_omar: Case, lina: User, rami: User, now: datetime) -> None:
    message = Message.objects.filter(reference=about_omar.reference, recipient__startswith="citizen:").first()
    assert message is not None
    task = CallTask.objects.create(message=message)
    assert (message in message_lists.handled_by(lina), task in calls.tasks_for(lina)) == (True, True)
    recuse(about_omar, by=rami, at=now, person=lina, text=RECUSAL_REASON)
    assert (message in message_lists.handled_by(lina), task in calls.tasks_for(lina)) == (False, False)
    assert (message in message_lists.handled_by(rami), task in calls.tasks_for(rami)) == (True, True)


def test_a_member_of_the_directorate_is_not_asked_about_themself(
    desk: Desk, about_omar: Case, omar: User, hani: User, network: Directorate, water: Agency, now: datetime
) -> None:
    Membership.objects.create(
        user=omar, agency=water, role=Role.DIRECTORATE_MEMBER, directorate=network, starts_on=now.date()
    )
    Membership.objects.create(
        user=hani, agency=water, role=Role.DIRECTORATE_MEMBER, directorate=network, starts_on=now.date()
    )
    network.email = "networks@miyahuna.example"
    network.save()
    asked = consult(about_omar, by=hani, at=now, directorate=network, text="ما السبب؟")
    where = reverse("directorate-request", args=[asked.pk])
    assert [desk(user).get(where).status_code for user in (omar, hani)] == [404, 200]


def test_what_an_ended_agency_left_is_not_referred_by_whom_it_is_about(
    desk: Desk, about_omar: Case, lina: User, rami: User, water: Agency, now: datetime
) -> None:
    recuse(about_omar, by=rami, at=now, person=lina, text=RECUSAL_REASON)
    water.ends_on = "2026-01-03"
    water.save()
    pages = [desk(user).get(reverse("ended-agency", args=["miyahuna"])).content.decode() for user in (lina, rami)]
    assert [about_omar.reference in page for page in pages] == [False, True]


# ---- what it costs ----


def test_the_pages_cost_the_same_with_any_number_of_concerns(
    desk: Desk, accepted: Case, hani: User, nadia: User, samar: User, lina: User, file_case: FileCase
) -> None:
    client, pages = desk(hani), (reverse("queue"), address("desk-case", accepted))
    file_case(subject="لا ماء في حارتنا")
    costs = []
    for person in (None, nadia, samar):
        if person is not None:
            recuse(accepted, by=lina, at=NOW, person=person, text=RECUSAL_REASON)
        costs.append([statements_of(client, page) for page in pages])
    # One statement more, where anybody is set aside at all, names them.
    assert [costs[1][0] - costs[0][0], costs[1][1] - costs[0][1]] == [0, 1]
    assert costs[2] == costs[1]


def test_linking_to_it_is_refused_by_the_verb_too(
    about_omar: Case, omar: User, file_case: FileCase, karim: Citizen, now: datetime
) -> None:
    other = file_case(citizen=karim, subject="لا ماء في حارتنا")
    with pytest.raises(NotEntitled):
        link(other, about_omar, by=omar, at=now)
