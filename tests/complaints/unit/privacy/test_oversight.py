"""Who looked, for the head and the auditor; holds, retention and breaches on their pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.identity.disclosure import CaseMark, record_search, record_view
from accounts.models import Citizen, IdentityView, User, ViewKind
from accounts.roles import Role
from agencies.models import Agency
from complaints.escalation import breach_clocks
from complaints.models import Breach, BreachPerson, Case, LegalHold, RetentionRule
from complaints.unit import oversight
from notifications import alarms
from notifications.models import AlarmKind, Message
from tests.cast import make_staff
from tests.complaints.cases import FileCase, Neighbours
from tests.complaints.pages import Clock, Desk, address, statements_of
from tests.complaints.threads import overtaken
from tests.prepared_rows import prepared

WHY = "دعوى أمام محكمة صلح عمان"


@pytest.fixture
@prepared
def head(cmu: Agency) -> User:
    return make_staff("maha@cmu.example", "مها عبيدات", "Maha Obeidat", "+962790100020", cmu, Role.CMU_HEAD)


@pytest.fixture
@prepared
def auditor(cmu: Agency) -> User:
    return make_staff("basel@cmu.example", "باسل حجازي", "Basel Hijazi", "+962790100021", cmu, Role.AUDITOR)


def look(person: Citizen, viewer: User, at: datetime, reference: str = "") -> None:
    record_view(person, viewer=viewer, kind=ViewKind.CASE, about=CaseMark(reference), at=at)


def test_every_door_records_the_look(
    desk: Desk, referred: Case, amina: Citizen, omar: User, lina: User, sami: User, now: datetime
) -> None:
    message = Message.objects.get(reference=referred.reference, recipient=f"citizen:{amina.pk}")
    desk(omar).get(address("desk-case", referred))
    desk(omar).get(address("desk-note", referred))
    desk(omar).get(address("desk-pdf-file", referred))
    desk(omar).post(address("desk-pdf", referred), {"reason": WHY})
    desk(omar).post(address("desk-identity", referred), {"reason": WHY})
    desk(omar).post(reverse("queue"), {"q": "9902103456"})
    desk(omar).post(reverse("queue"), {"q": amina.full_name})
    desk(lina).get(reverse("message", kwargs={"message": message.pk}))
    desk(sami).post(reverse("calls-find"), {"ref": referred.reference, "phone_end": "1234"})
    found = IdentityView.objects.order_by("pk").values_list("viewer", "citizen", "kind", "role", "reference")
    ref = referred.reference
    assert list(found) == [
        (omar.pk, amina.pk, "case", "officer", ref),
        (omar.pk, amina.pk, "pdf", "officer", ref),
        (omar.pk, amina.pk, "numbers", "officer", ref),
        (omar.pk, amina.pk, "search", "officer", ""),
        (omar.pk, amina.pk, "name", "officer", ""),
        (lina.pk, amina.pk, "message", "cmu_staff", ref),
        (sami.pk, amina.pk, "caller", "agent", ref),
    ]
    Case.objects.filter(pk=referred.pk).update(hides_identity=True)
    desk(omar).get(address("desk-case", referred))
    desk(omar).post(reverse("queue"), {"q": "9902103456"})
    last = IdentityView.objects.latest("pk")
    assert (IdentityView.objects.count(), last.kind, last.in_reach) == (8, "search", False)


def test_head_and_auditor_read_who_looked_and_what_is_unusual(  # noqa: PLR0917 - who looked at whom
    desk: Desk, referred: Case, head: User, auditor: User, omar: User, dana: User, neighbours: Neighbours, now: datetime
) -> None:
    people = neighbours(12)
    for place, person in enumerate(people):
        look(person, omar, now + timedelta(seconds=place))
    look(referred.citizen, dana, now.replace(hour=23), referred.reference)
    record_search("9902103456", [people[0]], viewer=omar, within_reach=set(), at=now)
    page = desk(auditor).get("/en/staff/privacy/views/")
    rules = {rule.text.split()[0]: [(row.viewer, row.figures) for row in rule.rows] for rule in page.context["unusual"]}
    assert rules == {
        "Many": [(omar, "12 persons in an hour; colleagues in the same agency: 1")],
        "Looking": [(dana, "1 person between 23:00 and 23:59")],
        "A": [(omar, "1 person without a case that this officer may open")],
    }
    mine = desk(head).get("/en/staff/privacy/views/", {"viewer": dana.pk}).context["views"]
    assert [view.viewer for view in mine] == [dana]
    of_person = desk(head).get("/en/staff/privacy/views/", {"ref": referred.reference}).context["views"]
    assert [view.citizen for view in of_person] == [referred.citizen]
    earlier = desk(head).get("/en/staff/privacy/views/", {"until": "1/1/2026"}).context["views"]
    assert list(earlier) == []
    wrong = desk(head).get("/en/staff/privacy/views/", {"ref": "1", "since": "x", "viewer": "x"})
    assert (wrong.status_code, sorted(wrong.context["form"].errors)) == (200, ["ref", "since"])
    for officer in (omar, dana):
        assert desk(officer).get("/en/staff/privacy/views/").status_code == 404


def test_the_page_takes_the_same_statements_for_one_look_and_for_many(
    desk: Desk, head: User, omar: User, neighbours: Neighbours, now: datetime
) -> None:
    people = neighbours(3)
    look(people[0], omar, now.replace(hour=23))
    one = statements_of(desk(head), "/en/staff/privacy/views/")
    for person in people:
        look(person, omar, now.replace(hour=22))
    assert statements_of(desk(head), "/en/staff/privacy/views/") == one


HOLDS = "/en/staff/privacy/holds/"


def hold_on(case: Case) -> dict[str, object]:
    """Return what is typed to hold the data of one case."""
    return {"ref": case.reference, "reason": WHY, "proceedings": "7/2026", "until": "٣١/١/٢٠٢٧"}


def test_the_head_sets_and_lifts_the_hold_of_a_case(
    desk: Desk, closed: Case, head: User, auditor: User, lina: User
) -> None:
    url = HOLDS
    assert desk(lina).get(url).status_code == desk(auditor).get(url).status_code == 404
    wrong = desk(head).post(url, {"ref": "123", "reason": WHY, "proceedings": "7/2026", "until": "31/2/2026"})
    assert sorted(wrong.context["form"].errors) == ["ref", "until"]
    assert desk(head).post(url, hold_on(closed)).status_code == 302
    hold = LegalHold.objects.get()
    assert (hold.case, hold.citizen, hold.until.isoformat()) == (closed, None, "2027-01-31")
    assert "In force" in desk(head).get(url).content.decode()
    lift = f"{url}{hold.pk}/lift/"
    assert list(desk(head).post(lift, {"reason": ""}).context["form"].errors) == ["reason"]
    assert desk(head).post(lift, {"reason": "انتهت الدعوى بحكم قطعي"}).status_code == 302
    assert desk(head).get(lift).status_code == 404


def test_a_hold_covers_one_person_and_the_search_for_them_is_written_down(
    desk: Desk, closed: Case, file_case: FileCase, head: User
) -> None:
    url, set_, gone = HOLDS, hold_on(closed), file_case()
    person = {"number": closed.citizen.number, "reason": WHY, "proceedings": "8/2026", "until": ""}
    Case.objects.filter(pk=gone.pk).update(erased_at=gone.filed_at)
    erased = set_ | {"ref": gone.reference, "on_person": "on"}
    for typed, field in (
        (set_ | person, "ref"),
        (set_ | {"ref": ""}, "ref"),
        (erased, "ref"),
        (person | {"number": "123"}, "number"),
    ):
        assert list(desk(head).post(url, typed).context["form"].errors) == [field]
    assert desk(head).post(url, person).status_code == 302
    assert [(one.case, one.citizen) for one in LegalHold.objects.filter(proceedings="8/2026")] == [
        (None, closed.citizen)
    ]
    searches = IdentityView.objects.filter(viewer=head, kind=ViewKind.SEARCH).order_by("pk")
    assert [view.citizen for view in searches] == [None, closed.citizen]


def test_a_hold_covers_an_agency_and_days(desk: Desk, closed: Case, head: User) -> None:
    url, set_ = HOLDS, hold_on(closed)
    agency = {"agency": closed.agency_id, "reason": WHY, "proceedings": "9/2026", "until": ""}
    days = {"filed_since": "1/1/2026", "filed_until": "١/٢/٢٠٢٦"}
    backwards = days | {"filed_until": "1/12/2025"}
    for typed, field in (
        (agency | {"ref": closed.reference}, "ref"),
        (agency | backwards, "filed_until"),
        (set_ | days, "agency"),
        (agency | {"agency": 999999}, "agency"),
    ):
        assert list(desk(head).post(url, typed).context["form"].errors) == [field]
    assert desk(head).post(url, agency | days).status_code == 302
    kept = LegalHold.objects.get(proceedings="9/2026")
    assert (kept.agency, kept.filed_since.isoformat(), kept.filed_until.isoformat()) == (
        *(closed.agency, "2026-01-01", "2026-02-01"),
    )
    assert "filed up to" in desk(head).get(url).content.decode()
    assert desk(head).get(f"{url}{kept.pk}/lift/").status_code == 200


def test_the_head_adds_a_rule_and_the_auditor_tries_it(desk: Desk, head: User, auditor: User) -> None:
    url = "/en/staff/privacy/retention/"
    RetentionRule.objects.all().delete()
    rule = {"kind": "praise", "outcome": "", "anonymise_months": "6", "delete_months": "", "effective_from": "1/1/2027"}
    assert desk(head).post(url, rule).status_code == 302
    assert list(desk(head).post(url, rule).context["form"].errors) == ["effective_from"]
    assert RetentionRule.objects.get().set_by == head
    assert desk(auditor).post(url, rule | {"effective_from": "1/2/2027"}).context["form"] is None
    assert "What would be erased now" in desk(auditor).get(f"{url}?try=1").content.decode()


def recorded_before(done: Callable[..., bool], at: datetime) -> Callable[..., bool]:
    """Return the steps of a breach with the notice to the authority recorded just before, by somebody else."""

    def late(*args: object) -> bool:
        Breach.objects.update(authority_told_at=at, authority_reference="م/66/2026")
        return done(*args)

    return late


def test_a_breach_has_its_list_and_its_notices_and_the_day_for_them(  # noqa: PLR0917 - the cast of one breach
    desk: Desk, referred: Case, head: User, lina: User, omar: User, karim: Citizen, clock: Clock, now: datetime
) -> None:  # fmt: skip
    url = "/en/staff/privacy/breaches/"
    assert desk(lina).get(url).status_code == 404
    told = {"what": "نُسخت قاعدة بيانات", "data_concerned": "الأسماء والأرقام", "measures": "أُغلق المنفذ كله"}
    wrong = desk(head).post(url, told | {"known_at": "5/1/2026 10:00"})
    assert list(wrong.context["form"].errors) == ["known_at"]
    page = desk(head).post(url, told | {"known_at": "4/1/2026 09:30"})
    breach = Breach.objects.get()
    assert page["Location"] == f"{url}{breach.pk}/"
    empty = desk(head).post(page["Location"], {"step": "list"})
    assert empty.context["listing"].errors
    assert desk(head).post(page["Location"], {"step": "tell"}).status_code == 200, "there is no list yet"
    look(karim, omar, now)
    desk(head).post(page["Location"], {"step": "list", "viewer": omar.email, "since": "1/1/2026"})
    assert [row.citizen for row in BreachPerson.objects.all()] == [karim]
    desk(head).post(page["Location"], {"step": "list", "ref": referred.reference})
    assert [row.citizen for row in BreachPerson.objects.all()] == [referred.citizen]
    assert Breach.objects.get().filters == {"reference": referred.reference}

    breach_clocks.watch(at=now + timedelta(hours=23))
    assert not alarms.open_alarms().exists()
    breach_clocks.watch(at=now + timedelta(hours=24))
    assert [alarm.kind for alarm in alarms.open_alarms()] == [AlarmKind.BREACH_LATE]
    # The list that was read before is not the one that would be told.
    seen = [{"step": "tell", "listed": Breach.objects.get().listed_at.isoformat()}]
    clock.pass_(minutes=1)
    desk(head).post(page["Location"], {"step": "list", "ref": referred.reference})
    seen += [{"step": "tell", "listed": Breach.objects.get().listed_at.isoformat()}] * 2
    notices = [
        (desk(head).post(page["Location"], press).status_code, Message.objects.filter(template="data_breach").count())
        for press in seen
    ]
    assert notices == [(302, 0), (302, 1), (302, 1)]
    breach_clocks.watch(at=now + timedelta(hours=24))
    assert not alarms.open_alarms().exists()


def test_the_notice_to_the_authority_is_late_after_three_days_and_recorded_once(
    desk: Desk, head: User, clock: Clock, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, moments = "/en/staff/privacy/breaches/", ("recorded_at", "listed_at", "telling_at", "persons_told_at")
    told = dict.fromkeys(("known_at", *moments), now)
    breach = Breach.objects.create(what="x", data_concerned="x", measures="x", recorded_by=head, **told)
    page = f"{url}{breach.pk}/"
    breach_clocks.watch(at=now + timedelta(hours=72))
    assert not alarms.open_alarms().exists()
    breach_clocks.watch(at=now + timedelta(hours=73))
    assert [alarm.kind for alarm in alarms.open_alarms()] == [AlarmKind.BREACH_LATE]
    assert ">Late<" not in desk(head).get(url).content.decode()
    clock.pass_(hours=73)
    assert ">Late<" in desk(head).get(url).content.decode()
    with monkeypatch.context() as patch:
        # Another head records it while this one does.
        patch.setattr(oversight, "_is_done", recorded_before(oversight._is_done, now))
        second = desk(head).post(page, {"step": "authority", "reference": "م/77/2026"})
    assert (second.status_code, list(second.context["authority"].errors)) == (200, ["reference"])
    Breach.objects.update(authority_told_at=None, authority_reference="")
    desk(head).post(page, {"step": "authority", "reference": "م/55/2026"})
    breach_clocks.watch(at=now + timedelta(hours=74))
    assert not alarms.open_alarms().exists()
    assert "م/55/2026" in desk(head).get(page).content.decode()


def test_notices_of_a_large_breach_go_on_where_they_stopped(
    head: User, neighbours: Neighbours, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breach_clocks, "BATCH", 2)
    breach = Breach.objects.create(
        what="x", data_concerned="x", measures="x", known_at=now, recorded_by=head, recorded_at=now, listed_at=now
    )
    BreachPerson.objects.bulk_create([BreachPerson(breach=breach, citizen=person) for person in neighbours(5)])
    listed = Breach.objects.get().listed_at
    assert listed is not None
    assert breach_clocks.begin_telling(breach.pk, listed=listed.isoformat(), at=now)
    assert breach_clocks.tell_persons(breach, at=now, seconds=-1) is False
    assert Message.objects.filter(template="data_breach").count() == 2
    breach_clocks.watch(at=now)
    breach.refresh_from_db()
    assert (Message.objects.filter(template="data_breach").count(), breach.persons_told_at) == (5, now)


def test_nobody_decides_on_the_own_request(client: Client) -> None:
    assert client.get("/en/staff/privacy/requests/00000000-0000-4000-8000-000000000001/").status_code == 302


def test_of_two_who_add_the_same_rule_at_once_the_second_reads_that_there_is_one(desk: Desk, head: User) -> None:
    url, client = "/en/staff/privacy/retention/", desk(head)
    rule = {"kind": "praise", "outcome": "", "anonymise_months": "6", "delete_months": "", "effective_from": "1/1/2027"}
    with overtaken(partial(desk(head).post, url, rule), before='INSERT INTO "complaints_retentionrule"'):
        page = client.post(url, rule)
    assert list(page.context["form"].errors) == ["effective_from"]
