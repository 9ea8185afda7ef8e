"""The list of bad inputs, line by line, each sent by a page: a clear answer, and nothing half-written.

What is shown elsewhere already, by the side of what it belongs to:

- a promise beyond the limit: ``desk/acts/decisions/test_accepting.py::
  test_a_promise_beyond_the_topics_limit_names_the_last_possible_day``
- a later date beyond it, and an extension without a reason: ``desk/acts/reviews/test_reviews.py::
  test_each_mistake_stands_beside_its_field``
- decline proposing the own agency: ``permissions/test_rulings.py::
  test_an_agency_that_proposes_itself_is_told_so_beside_the_field``
- closing with an open task, with an open question: ``desk/acts/answers/test_closing_page.py::
  test_an_open_task_is_said_before_anything_is_typed``, ``test_an_open_question_is_said_before_anything_is_typed``
- a signed link expired, revoked, altered, used after closing: ``desk/directorate/test_link.py::
  test_an_expired_link_is_gone_and_keeps_what_was_typed``, ``test_a_link_taken_back_is_gone``,
  ``test_an_altered_link_opens_nothing_and_says_what_to_do``, ``test_after_closing_the_link_is_gone_answered_or_not``
- an agency merged while cases are open: ``unit/ended_agencies/test_ended_agencies.py``
- the same text filed forty times: ``suggestions/test_similar.py::
  test_who_files_the_same_text_forty_times_has_two_cases_and_is_led_to_the_open_one``
- a bulk act on rows the officer may not see: ``desk/queue/test_bulk.py::
  test_what_the_person_may_not_see_stays_as_it_is_and_the_rest_is_done``
- a saved filter with a deleted topic: ``desk/queue/test_saved.py::test_one_whose_topic_is_gone_opens_and_says_so``
- a loop of links: ``desk/acts/links/test_links.py::test_what_cannot_be_linked_is_said_beside_the_number``,
  ``desk/queue/test_bulk.py::test_a_loop_of_links_is_refused_case_by_case``
- a cap or a ladder set to nonsense: ``clocks/test_limits.py``, before any page is served
"""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Holiday, Period, WorkingHours
from complaints.actions import close, link
from complaints.models import Case, CaseLink
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent

WHY = "القطعة في طريقها من المصنع."
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


def errors(page: object) -> dict[str, list[str]]:
    return page.context["form"].errors


# ---- due dates ----


def test_a_due_date_never_falls_on_a_holiday(desk: Desk, referred: Case, omar: User) -> None:
    Holiday.objects.create(on=date(2026, 1, 7), name_ar="عطلة", name_en="Day off")
    client = desk(omar)
    client.post(address("desk-accept", referred), sent(referred, days="3"))
    referred.refresh_from_db()
    # Three working days from Sunday: the Wednesday is a holiday.
    assert referred.promised_on == date(2026, 1, 8)
    Holiday.objects.create(on=date(2026, 1, 11), name_ar="عطلة", name_en="Day off")
    client.post(address("desk-extend", referred), sent(referred, days="1", reason=WHY))
    assert referred.extensions.get().new_on == date(2026, 1, 12)


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "yesterday", "", "٠", "99999999999999999999"])
def test_a_due_date_in_the_past_cannot_be_typed(desk: Desk, referred: Case, omar: User, days: str) -> None:
    page = desk(omar).post(address("desk-accept", referred), sent(referred, days=days))
    referred.refresh_from_db()
    assert (page.status_code, list(errors(page)), referred.state) == (200, ["days"], "referred")


def test_a_later_date_that_is_over_is_refused_and_named(desk: Desk, accepted: Case, omar: User, clock: Clock) -> None:
    clock.pass_(days=10)
    page = desk(omar).post(address("desk-extend", accepted), sent(accepted, days="1", reason=WHY))
    assert errors(page) == {"days": ["That ends on 12/1/2026, which is in the past. Enter more working days"]}
    assert (WHY in page.content.decode(), accepted.extensions.count()) == (True, 0)


# ---- closing, and cases that belong together ----


def test_a_child_unlinked_after_its_lead_was_answered_goes_its_own_way(
    desk: Desk, file_case: FileCase, accepted: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    child = file_case(citizen=karim, kind="complaint")
    link(child, accepted, by=omar, at=now)
    client = desk(omar)
    child.refresh_from_db()
    client.post(address("desk-ask", child), sent(child, text="متى انقطعت المياه بالضبط؟"))
    accepted.refresh_from_db()
    assert client.post(address("desk-close", accepted), sent(accepted, **GOOD)).status_code == 302
    child.refresh_from_db()
    joined = CaseLink.objects.get()
    assert client.post(address("desk-unlink", child), sent(child, link=joined.pk)).status_code == 302
    child.refresh_from_db()
    joined.refresh_from_db()
    assert (child.state, child.answers.count(), joined.ended_at) == ("waiting", 0, now)
    accepted.refresh_from_db()
    again = client.post(address("desk-unlink", child), sent(child, link=joined.pk), follow=True)
    assert [str(one) for one in again.context["messages"]][-1] == "This case is not linked to any other case."


def test_a_child_that_was_answered_with_its_lead_is_not_unlinked_any_more(
    desk: Desk, file_case: FileCase, accepted: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    child = file_case(citizen=karim)
    link(child, accepted, by=omar, at=now)
    close(accepted, by=omar, at=now, **GOOD)
    child.refresh_from_db()
    page = desk(omar).post(address("desk-unlink", child), sent(child, link=CaseLink.objects.get().pk))
    assert (page.status_code, page.context["previous_change"].action) == (409, "Closed with an answer")
    assert CaseLink.objects.get().ended_at is None


# ---- Ramadan ----


def test_a_ramadan_in_the_middle_of_a_clock_is_counted_by_its_hours(
    desk: Desk, file_case: FileCase, omar: User, amina: Citizen, clock: Clock
) -> None:
    WorkingHours.objects.create(
        period=Period.RAMADAN,
        starts_on=date(2026, 2, 18),
        ends_on=date(2026, 3, 19),
        opens=time(10),
        closes=time(14, 30),
    )
    clock.at = clock.at.replace(month=2, day=15)
    case = file_case(at=clock.at)
    desk(omar).post(address("desk-accept", case), sent(case, days="3"))
    case.refresh_from_db()
    # Three working days from Sunday: Wednesday the 18th, the first of Ramadan.
    assert (case.promised_on, case.deadline_at) == (date(2026, 2, 18), clock.at.replace(day=18, hour=14, minute=30))
    desk(omar).post(address("desk-ask", case), sent(case, text="متى انقطعت المياه بالضبط؟"))
    clock.pass_(days=1)
    desk(amina).post(address("case-reply", case), {"text": "منذ صباح الأحد."})
    case.refresh_from_db()
    # It stood for one day of 420 minutes, of which Ramadan has 270: a day and 150 minutes more.
    assert (case.state, case.deadline_at) == ("in_progress", clock.at.replace(day=22, hour=12, minute=30))


# ---- all who are no part of it ----


@pytest.mark.parametrize("name", ["accept", "extend", "close", "unlink", "undo", "uphold", "dismiss"])
def test_a_number_that_is_none_leads_nowhere(desk: Desk, omar: User, name: str) -> None:
    for ref in ("2600000001", "x" * 40, "٢٦٠٠٠٠٠٠٠١"):
        assert desk(omar).post(f"/en/staff/cases/{ref}/{name}/", {"send": "1"}).status_code == 404


def test_a_version_that_is_none_is_a_page_gone_stale(desk: Desk, accepted: Case, omar: User) -> None:
    for version in ("", "x", "-1", "1", "١"):
        page = desk(omar).post(
            reverse("desk-close", args=[accepted.reference]), {"send": "1", "version": version, **GOOD}
        )
        assert (page.status_code, FOUND in page.content.decode()) == (409, True)
    accepted.refresh_from_db()
    assert accepted.state == "in_progress"
