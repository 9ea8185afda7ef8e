"""The cases beside a case: what is linked, and what else the same person sent, as far as a person may see it."""

from datetime import datetime, timedelta

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import add, log_call, note
from complaints.desk.case_panels import MOST_EARLIER, earlier_cases, linked_cases
from complaints.models import Case, CaseLink, LinkKind, SpokenWith
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, statements_of


def link(case: Case, lead: Case, by: User, kind: LinkKind = LinkKind.SAME_PROBLEM) -> CaseLink:
    """Link two cases, whatever would be asked of them; the events it is recorded with are of notes."""
    event, lead_event = (note(one, by=by, at=case.filed_at, text="انظروا القضية الأخرى.").event for one in (case, lead))
    return CaseLink.objects.create(
        case=case, lead=lead, event=event, lead_event=lead_event, kind=kind, by=by, at=case.filed_at
    )


def test_the_persons_other_cases_the_newest_first(file_case: FileCase, omar: User, lina: User, now: datetime) -> None:
    cases = [file_case(at=now + timedelta(minutes=place)) for place in range(MOST_EARLIER + 2)]
    newest = [case.pk for case in reversed(cases[1:])][:MOST_EARLIER]
    assert [case.pk for case in earlier_cases(cases[0], omar, at=now)] == newest
    assert [case.pk for case in earlier_cases(cases[0], lina, at=now)] == newest


def test_cases_of_other_people_and_agencies_are_no_neighbours(
    file_case: FileCase, karim: Citizen, gam: Agency, yusuf: User, omar: User, lina: User, now: datetime
) -> None:
    case, _others, elsewhere = file_case(), file_case(citizen=karim), file_case(agency=gam)
    assert earlier_cases(case, omar, at=now) == []
    assert [one.pk for one in earlier_cases(case, lina, at=now)] == [elsewhere.pk]


def test_a_hidden_person_has_no_other_cases_for_the_agency(
    file_case: FileCase, omar: User, lina: User, now: datetime
) -> None:
    hidden, named = file_case(hides_identity=True), file_case()
    assert earlier_cases(hidden, omar, at=now) == []
    assert earlier_cases(named, omar, at=now) == []  # it would say whose the hidden one is
    assert [case.pk for case in earlier_cases(hidden, lina, at=now)] == [named.pk]
    assert [case.pk for case in earlier_cases(named, lina, at=now)] == [hidden.pk]


def test_links_are_read_from_both_ends(file_case: FileCase, omar: User, now: datetime) -> None:
    lead, follower, related = file_case(), file_case(), file_case()
    link(follower, lead, omar)
    link(lead, related, omar, LinkKind.RELATED)
    rows = linked_cases(lead, omar, at=now).rows
    assert [(row.case.pk, row.leads, row.follows) for row in rows] == [
        (follower.pk, False, True),
        (related.pk, False, False),
    ]
    assert [(row.case.pk, row.leads) for row in linked_cases(follower, omar, at=now).rows] == [(lead.pk, True)]


def test_a_link_that_ended_and_a_case_out_of_sight_are_not_shown(
    desk: Desk, file_case: FileCase, gam: Agency, yusuf: User, omar: User, lina: User, now: datetime
) -> None:
    case, ended, elsewhere = file_case(), file_case(), file_case(agency=gam, subject="ما لا يراه عمر")
    one = link(ended, case, lina)
    one.ended_by, one.ended_at = lina, now
    one.save()
    link(elsewhere, case, lina)
    assert list(linked_cases(case, omar, at=now).rows) == []
    assert [row.case.pk for row in linked_cases(case, lina, at=now).rows] == [elsewhere.pk]
    page = desk(omar).get(address("desk-case", case)).content.decode()
    assert ("ما لا يراه عمر" in page, elsewhere.reference in page) == (False, False)


# ---- what the page costs ----


def test_three_of_everything_cost_what_one_does(
    desk: Desk, file_case: FileCase, omar: User, lina: User, amina: Citizen, now: datetime
) -> None:
    case = file_case()

    def one_more() -> None:
        link(file_case(), case, omar)
        note(case, by=omar, at=now, text="ملاحظة")
        log_call(case, by=lina, at=now, spoken_with=SpokenWith.CITIZEN, text="مكالمة")
        add(case, by=amina.user, at=now, text="والمشكلة باقية.")

    one_more()
    one = [statements_of(desk(person), address("desk-case", case)) for person in (omar, lina)]
    one_more()
    one_more()
    assert [statements_of(desk(person), address("desk-case", case)) for person in (omar, lina)] == one
