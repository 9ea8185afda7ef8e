"""Linking cases as the same problem: one step only, one agency, open cases, recorded on both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import ask, close, link, links, unlink
from complaints.actions.links import HasFollowers, HasLead, LeadFollows, LinkedAlready, OneCase, OtherAgency
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseLink, LinkKind
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

pytestmark = pytest.mark.usefixtures("clock", "english")

type Follow = Callable[..., Case]


def shown(case: Case) -> list[tuple[str, dict[str, object]]]:
    """Return the links in a case's history, each with the key of the other case."""
    leads = {key: one.case_id for one in case.followers.all() for key in (one.lead_event_id, one.lead_end_event_id)}
    leads |= {key: one.lead_id for one in case.links.all() for key in (one.event_id, one.end_event_id)}
    events = case.events.filter(action__in=["link", "unlink"])
    return [(event.action, {"case": leads[event.pk], **event.facts}) for event in events]


def test_a_link_is_recorded_on_both_cases(file_case: FileCase, lead: Case, omar: User, now: datetime) -> None:
    case = file_case()
    made = link(case, lead, by=omar, at=now)
    assert (made.case, made.lead, made.kind, made.by) == (case, lead, LinkKind.SAME_PROBLEM, omar)
    assert shown(case) == [("link", {"case": lead.pk, "kind": "same_problem", "leads": False})]
    assert shown(lead) == [("link", {"case": case.pk, "kind": "same_problem", "leads": True})]
    assert [one.state for one in (case, lead)] == ["referred", "in_progress"]


def test_a_case_is_not_linked_to_itself(lead: Case, omar: User, now: datetime) -> None:
    with pytest.raises(OneCase):
        link(lead, lead, by=omar, at=now)


def test_a_loop_is_refused(follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime) -> None:
    case = follow(karim)
    with pytest.raises(LinkedAlready):
        link(lead, case, by=omar, at=now)
    with pytest.raises(LinkedAlready):
        link(lead, case, LinkKind.RELATED, by=omar, at=now)
    assert CaseLink.objects.count() == 1


def test_a_loop_of_three_is_refused(
    follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    first, third = follow(karim), file_case()
    with pytest.raises(LeadFollows) as refused:
        link(third, first, by=omar, at=now)
    assert refused.value.lead == lead
    with pytest.raises(HasFollowers):
        link(lead, third, by=omar, at=now)
    assert (shown(third), CaseLink.objects.count()) == ([], 1)


def test_a_follower_that_comes_in_between_makes_no_chain(
    file_case: FileCase, lead: Case, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = file_case(), file_case()
    lock = links.lock

    def late(keys: set[int]) -> None:
        monkeypatch.setattr(links, "lock", lock)
        link(first, second, by=omar, at=now)
        lock(keys)

    monkeypatch.setattr(links, "lock", late)
    with pytest.raises(HasFollowers):
        link(second, lead, by=omar, at=now)


def test_a_case_has_one_lead(
    follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case, other = follow(karim), file_case()
    with pytest.raises(HasLead) as refused:
        link(case, other, by=omar, at=now)
    assert refused.value.lead == lead


def test_the_followers_move_along_when_told_to(
    follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case, other = follow(karim), file_case()
    link(lead, other, by=omar, at=now, moving=True)
    links = CaseLink.objects.filter(ended_at__isnull=True).order_by("pk")
    assert [(one.case, one.lead) for one in links] == [(lead, other), (case, other)]
    assert CaseLink.objects.get(ended_by=omar).lead == lead
    assert [len(shown(one)) for one in (case, lead, other)] == [2, 2, 2]


def test_related_cases_may_form_any_pattern(
    follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case, other = follow(karim), file_case()
    link(case, other, LinkKind.RELATED, by=omar, at=now)
    link(other, lead, LinkKind.RELATED, by=omar, at=now)
    assert CaseLink.objects.filter(kind=LinkKind.RELATED).count() == 2


def test_a_closed_case_is_not_linked(file_case: FileCase, closed: Case, omar: User, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        link(file_case(), closed, by=omar, at=now)
    assert CaseLink.objects.count() == 0


def test_nobody_links_what_is_not_theirs(
    file_case: FileCase, lead: Case, gam: Agency, yusuf: User, omar: User, now: datetime
) -> None:
    theirs = file_case(agency=gam)
    for by in (omar, yusuf):
        for pair in ((theirs, lead), (lead, theirs)):
            with pytest.raises(NotEntitled):
                link(*pair, by=by, at=now)
    assert (CaseLink.objects.count(), shown(lead), shown(theirs)) == (0, [], [])


def test_only_the_unit_links_across_agencies(
    file_case: FileCase, lead: Case, gam: Agency, yusuf: User, lina: User, now: datetime
) -> None:
    theirs = file_case(agency=gam)
    assert link(theirs, lead, by=lina, at=now).lead == lead


def test_an_officer_of_two_agencies_does_not(
    file_case: FileCase, lead: Case, gam: Agency, yusuf: User, omar: User, now: datetime
) -> None:
    omar.memberships.create(agency=gam, role="officer", starts_on=now.date())
    theirs, fresh = file_case(agency=gam), User.objects.get(pk=omar.pk)
    with pytest.raises(OtherAgency):
        link(theirs, lead, by=fresh, at=now)
    assert (CaseLink.objects.count(), shown(lead)) == (0, [])


def test_ending_a_link_is_recorded_on_both_cases(
    follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim)
    made = CaseLink.objects.get()
    unlink(made, by=omar, at=now)
    unlink(made, by=omar, at=now)
    made.refresh_from_db()
    assert (made.ended_by, made.ended_at) == (omar, now)
    assert [shown(one)[1:] for one in (case, lead)] == [
        [("unlink", {"case": lead.pk})],
        [("unlink", {"case": case.pk})],
    ]


def test_a_follower_can_leave_an_answered_lead(
    follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    ask(case, by=omar, at=now, text="متى انقطعت المياه بالضبط؟")
    close(lead, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    unlink(CaseLink.objects.get(), by=omar, at=now)
    case.refresh_from_db()
    assert (case.state, [action for action, _ in shown(case)], [action for action, _ in shown(lead)]) == (
        "waiting",
        ["link", "unlink"],
        ["link"],
    )
