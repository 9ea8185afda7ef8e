"""Two people at one case: the second is told who did what and when, and keeps what was typed."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import accept, add, close, decline, propose_extension, refuse_extension, send_back
from complaints.models import Answer, Case, CaseEvent
from notifications.models import Message
from tests.complaints import DONE, FOUND, RECUSAL_REASON
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, post_at_once, sent
from tests.complaints.threads import overtaken
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


@pytest.fixture
@prepared
def sensitive(file_case: FileCase, conduct: Topic, omar: User, nadia: User) -> Case:
    """A case in progress whose answer needs a second signature."""
    case = file_case(topic=conduct)
    accept(case, by=omar, at=case.filed_at, days=3)
    return case


def test_a_page_gone_stale_says_what_changed_and_keeps_the_text(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    typed = sent(accepted, **GOOD)
    add(accepted, by=amina.user, at=clock.pass_(minutes=41), text="عاد الماء اليوم.")
    page = desk(omar).post(address("desk-close", accepted), typed)
    first = page.context["previous_change"]
    assert (page.status_code, first.action, first.by, first.at) == (
        409,
        "Information added by the citizen",
        "the citizen",
        clock.at,
    )
    assert (page.context["form"]["found"].value(), Answer.objects.count()) == (FOUND, 0)
    accepted.refresh_from_db()
    assert f'name="version" value="{accepted.version}"' in page.content.decode()
    assert desk(omar).post(address("desk-close", accepted), sent(accepted, **GOOD)).status_code == 302


def test_what_a_rule_refuses_since_staff_changed_meanwhile_is_said_and_nothing_is_done(
    desk: Desk, accepted: Case, nadia: User, hani: User, now: datetime
) -> None:
    def leave() -> None:
        hani.memberships.update(ends_on=now.date() - timedelta(days=1))

    client, typed = desk(nadia), sent(accepted, person=str(hani.pk), text=RECUSAL_REASON)
    with overtaken(leave, before="FOR UPDATE"):
        page = client.post(address("desk-recuse", accepted), typed)
    said = page.content.decode()
    assert (page.status_code, accepted.recusals.count()) == (409, 0)
    assert ("Staff, topics or agencies changed" in said, RECUSAL_REASON in said) == (True, True)


def test_who_comes_second_reads_who_was_first(
    desk: Desk, referred: Case, omar: User, nadia: User, now: datetime
) -> None:
    typed = sent(referred, days="3")
    accept(referred, by=nadia, at=now, days=2)
    page = desk(omar).post(address("desk-accept", referred), typed)
    assert (page.status_code, page.context["previous_change"].by, page.context["previous_change"].action) == (
        409,
        "Nadia Shara",
        "Accepted",
    )
    referred.refresh_from_db()
    assert referred.officer == nadia


def test_a_case_that_left_the_agency_meanwhile_keeps_the_typed_text(
    desk: Desk, referred: Case, omar: User, nadia: User, gam: Agency, now: datetime
) -> None:
    typed = sent(referred, reason="shared", text="نص طويل كتبه عمر في هذه الأثناء", proposed_agency="gam")
    decline(referred, by=nadia, at=now, reason="other_place", text="ليس لنا", proposed_agency=gam)
    page = desk(omar).post(address("desk-decline", referred), typed)
    assert (page.status_code, page.context["previous_change"].by) == (409, "Nadia Shara")
    assert page.context["typed_texts"] == [("Your text", typed["text"])]
    assert referred.subject not in page.content.decode()


def test_a_page_opened_too_late_says_so(desk: Desk, accepted: Case, nadia: User) -> None:
    page = desk(nadia).get(address("desk-accept", accepted))
    assert (page.status_code, page.context["previous_change"].by) == (409, "Omar Smadi")


def test_a_form_without_a_version_counts_as_old(desk: Desk, referred: Case, omar: User) -> None:
    page = desk(omar).post(address("desk-accept", referred), {"days": "3", "send": "1"})
    referred.refresh_from_db()
    assert (page.status_code, referred.state) == (409, "referred")


def test_a_stale_page_of_a_proposed_date_shows_the_date_again(
    desk: Desk, accepted: Case, omar: User, nadia: User, amina: Citizen, clock: Clock
) -> None:
    propose_extension(accepted, by=omar, at=clock.at, days=2, reason="القطعة في طريقها من المصنع.")
    accepted.refresh_from_db()
    opened = sent(accepted)
    add(accepted, by=amina.user, at=clock.pass_(minutes=5), text="عاد الماء اليوم.")
    page = desk(nadia).post(address("desk-grant", accepted), opened)
    assert (page.status_code, page.context["new_on"]) == (409, accepted.extensions.get().new_on)
    said = page.content.decode()
    assert "القطعة في طريقها من المصنع." in said
    # Nobody types anything on this page.
    assert ("Your text is kept below" in said, "Read what changed, then decide again." in said) == (False, True)
    accepted.refresh_from_db()
    assert desk(nadia).post(address("desk-grant", accepted), sent(accepted)).status_code == 302


def test_who_signs_a_stale_page_reads_the_answer_of_now_first(
    desk: Desk, sensitive: Case, omar: User, nadia: User, clock: Clock
) -> None:
    close(sensitive, by=omar, at=clock.at, **GOOD)
    sensitive.refresh_from_db()
    opened, now_done = sent(sensitive), "بدّل الفريق المضخة كلها يوم الثلاثاء وعاد الضغط إلى قوته."
    close(sensitive, by=omar, at=clock.pass_(minutes=5), **GOOD | {"done": now_done})
    page = desk(nadia).post(address("desk-sign", sensitive), opened)
    assert (page.status_code, now_done in page.content.decode()) == (409, True)


@pytest.mark.parametrize("name", ["desk-grant", "desk-sign"])
def test_what_a_colleague_has_decided_meanwhile_is_decided_no_more(
    desk: Desk, sensitive: Case, omar: User, nadia: User, clock: Clock, name: str
) -> None:
    close(sensitive, by=omar, at=clock.at, **GOOD)
    propose_extension(sensitive, by=omar, at=clock.at, days=1, reason="القطعة في طريقها من المصنع.")
    sensitive.refresh_from_db()
    opened = sent(sensitive)
    send_back(sensitive, by=nadia, at=clock.pass_(minutes=5), reason="اذكر ما بُدّل من القطع.")
    refuse_extension(sensitive, by=nadia, at=clock.at, reason="وصلت القطعة.")
    page = desk(nadia).post(address(name, sensitive), opened)
    assert (page.status_code, page.context["previous_change"].by) == (409, "Nadia Shara")
    assert "send" not in page.content.decode().partition("<main")[2].partition("</main")[0]


@pytest.mark.django_db(transaction=True)
def test_closing_twice_at_once_from_two_browsers_answers_once(
    desk: Desk, accepted: Case, omar: User, nadia: User
) -> None:
    typed = sent(accepted, **GOOD)
    clients = [desk(omar), desk(nadia)]
    statuses = post_at_once(
        *(lambda client=client: client.post(address("desk-close", accepted), typed) for client in clients)
    )
    assert sorted(statuses) == [302, 409]
    assert Answer.objects.filter(case=accepted).count() == 1
    assert CaseEvent.objects.filter(case=accepted, action="close").count() == 1
    assert Message.objects.filter(reference=accepted.reference, template="case_answered").count() == 1


def test_a_form_without_its_token_is_refused(referred: Case, omar: User, desk: Desk) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = desk(omar).cookies
    assert client.post(address("desk-accept", referred), sent(referred, days="3")).status_code == 403
