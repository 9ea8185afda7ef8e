"""A case handed to the interface of an outside centre, what the centre reports, and calls that are refused."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import InternalError
from django.urls import reverse
from django.utils import timezone, translation
from psycopg.errors import IdleInTransactionSessionTimeout

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, CentreState, OutsideCentre
from complaints.actions import add, ask, close, hand_over, reply, take_back
from complaints.actions.outside_centres import HeldByAnother
from complaints.api.centres import fetching
from complaints.case_text.promise import promise_card
from complaints.contact_centre.callers import ACTS
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, CentreReport, Handover
from complaints.staff.handing_over import handover_status
from config.monitoring.parts import OUTSIDE_CENTRES
from notifications import programs
from notifications.models import Endpoint, Message, ProviderRoute, ReceivedCall
from notifications.sending import delivery
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.api.calls import post, signed
from tests.complaints.pages import Desk, address, sent
from tests.complaints.threads import overtaken
from tests.fakes.centre import FakeCentre
from tests.prepared_rows import prepared

HOUR = timedelta(hours=1)
URL = "/api/centres/water-117116/reports"
ANSWER = "أصلحت الفرقة الخط المكسور، وعاد الضخ إلى الحي مساء أمس."


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.NOTIFICATIONS_TIME_FACTOR = 0.1


@pytest.fixture
@prepared
def hala(cmu: Agency) -> User:
    """The head of the unit."""
    return make_staff("hala@cmu.example", "هالة قعوار", "Hala Qawar", "+962790100013", cmu, Role.CMU_HEAD)


@pytest.fixture
def outside(centre: OutsideCentre) -> Iterator[FakeCentre]:
    """A running centre whose program is registered."""
    with FakeCentre().running() as fake:
        endpoint, secret = programs.register(f"centre:{centre.pk}", at=timezone.now())
        programs.set_addresses(endpoint, url=fake.url, answers_url=fake.url, is_active=True)
        fake.keys = (secret,)
        yield fake


@pytest.fixture
def handed(accepted: Case, omar: User, centre: OutsideCentre, outside: FakeCentre, now: datetime) -> Case:
    """The accepted case, handed over and sent."""
    hand_over(accepted, by=omar, at=now, centre=centre, reference="")
    delivery.drain("webhooks", seconds=1)
    return accepted


def report(case: Case, state: str, **more: Any) -> dict[str, Any]:
    return {"case": case.reference, "state": state, **more}


def test_the_case_goes_out_without_its_person_and_the_number_comes_back(
    handed: Case, outside: FakeCentre, amina: Citizen, omar: User, now: datetime
) -> None:
    (body,) = outside.bodies
    assert (body["type"], body["case"], body["topic"]["code"]) == ("case.handed_over", handed.reference, "outage")
    said = str(body)
    assert not any(word in said for word in (amina.family_name, amina.phone, amina.number))
    fetching.adopt_references()
    handed.refresh_from_db()
    handover = handed.handovers.get()
    assert (handover.way, handover.number, handed.holder) == ("webhook", "W-1", "outside_centre")
    status = handover_status(handed, at=now)
    assert status is not None
    assert (status.is_down, status.last, status.message is not None) == (False, None, True)
    with translation.override("en"):
        card = promise_card(handed, at=now)
        assert card is not None
        assert (card.helper, card.holder) == ("Water Complaints Centre", "Jordan Water Company")
    take_back(handed, by=omar, at=now + HOUR, answer=ANSWER)
    delivery.drain("webhooks", seconds=1)
    assert [one["type"] for one in outside.bodies] == ["case.handed_over", "case.taken_back"]


def test_reports_in_any_order_and_however_often_give_one_answer(
    handed: Case, outside: FakeCentre, centre: OutsideCentre, omar: User
) -> None:
    """A storm of repeated, reordered reports by both ways: one row for each, one event, the last state by its time."""
    CentreState.objects.create(centre=centre, word="مغلقة", meaning="answered")
    start = timezone.now() - HOUR
    reports = [
        report(handed, "received", at=start.isoformat()),
        report(handed, "in_work", text="خرجت الفرقة", at=(start + timedelta(minutes=5)).isoformat()),
        report(handed, "مغلقة", text=ANSWER, reference="W-9", at=(start + timedelta(minutes=9)).isoformat()),
        report(handed, "ما هذا", at=(start + timedelta(minutes=2)).isoformat()),
    ]
    calls = [(f"call-{place}", data) for place, data in enumerate(reports)] * 3
    Random(15).shuffle(calls)
    answers = [post(URL, outside.keys[0], data, call_id=name) for name, data in calls]
    # What no database can keep is left behind, and holds up no other.
    unreadable = [{"id": name, **report(handed, "in_work")} for name in ("a\x00b", "رقم", "x" * 121)]
    fed = [{"id": f"fed-{n}", **report(handed, "in_work")} for n in range(2)]
    outside.feed = {"answers": [*unreadable, *fed], "cursor": "2"}
    assert [fetching.fetch_answers(at=timezone.now()) for _ in range(2)] == [4, 2]
    assert {answer.status_code for answer in answers} == {200}
    by_call = {(name, answer.content) for (name, _), answer in zip(calls, answers, strict=True)}
    assert len(by_call) == 4
    assert (CentreReport.objects.count(), ReceivedCall.objects.count()) == (6, 6)
    assert sorted(CentreReport.objects.values_list("meaning", flat=True)) == [
        "",
        "answered",
        *["in_work"] * 3,
        "received",
    ]
    handed.refresh_from_db()
    handover = handed.handovers.get()
    assert (handed.holder, handover.answer, handover.recorded_by, handover.given_reference) == (
        "agency",
        ANSWER,
        None,
        "W-9",
    )
    assert handed.events.filter(action="take_back").count() == 1
    assert Message.objects.filter(template="officer_centre", recipient=f"user:{omar.pk}").exists()


def test_without_its_ids_a_storm_would_be_taken_twice(handed: Case, outside: FakeCentre) -> None:
    """The control: the same reports under new ids are new reports."""
    for _ in range(3):
        assert post(URL, outside.keys[0], report(handed, "in_work")).status_code == 200
    assert CentreReport.objects.count() == 3


def test_calls_that_are_refused_write_nothing(
    handed: Case, referred: Case, outside: FakeCentre, centre: OutsideCentre, water: Any
) -> None:
    secret, other = outside.keys[0], "whsec_" + "A" * 44
    strange, strange_secret = programs.register("centre:999999", at=timezone.now())
    good = report(handed, "answered", text=ANSWER)
    refused = [
        (post(URL, other, good), 401, "wrong_signature"),
        (post(URL, strange_secret, good), 401, "wrong_signature"),
        (post("/api/centres/nobody/reports", secret, good), 401, "wrong_signature"),
        (post(URL, secret, good, shift=-3600), 401, "wrong_signature"),
        (post(URL, secret, {**good, "case": "0000000000"}), 404, "no_such_case"),
        (post(URL, secret, {}, body=b"[" * 5000), 400, "not_json"),
        (post(URL, secret, [good]), 400, "not_json"),
        (post(URL, secret, {}, body=b" " * 70_000), 413, "too_large"),
        (post(URL, secret, {**good, "colour": "red"}), 422, "invalid"),
        (post(URL, secret, {**good, "text": ["a"]}), 422, "invalid"),
        (post(URL, secret, {**good, "text": "a\x00b"}), 422, "invalid"),
        (post(URL, secret, {**good, "text": "\ud800"}, body=b'{"case": "1", "state": "\\ud800"}'), 422, "invalid"),
        (post(URL, secret, report(handed, "answered")), 422, "invalid"),
        (post(URL, secret, {**good, "at": "2999-01-01T00:00:00Z"}), 422, "invalid"),
        (post(URL, secret, {**good, "at": "0001-01-01T00:00:00"}), 422, "invalid"),
        (post(URL, secret, report(handed, "x" * 61)), 422, "invalid"),
    ]
    for answer, status, code in refused:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert not CentreReport.objects.exists()
    assert not ReceivedCall.objects.exists()
    assert handed.handovers.get().ended_at is None
    unknown = post(URL, secret, {**good, "colour": "red"}).json()
    assert [field["name"] for field in unknown["fields"]] == ["colour"]
    first = post(URL, secret, report(handed, "received"), call_id="one")
    again = post(URL, secret, good, call_id="one")
    assert (first.status_code, again.status_code, again.json()["code"]) == (200, 409, "id_used")
    assert handed.handovers.get().ended_at is None
    Endpoint.objects.filter(name=f"centre:{centre.pk}").update(is_active=False)
    assert post(URL, secret, good).status_code == 401
    assert strange.name == "centre:999999"


def test_while_the_database_is_away_a_call_is_put_off_with_a_code(
    handed: Case, outside: FakeCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = InternalError("idle")
    error.__cause__ = IdleInTransactionSessionTimeout()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("complaints.api.signed_calls.take_once", fail)
    answer = post(URL, outside.keys[0], report(handed, "received"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert (answer.headers["Content-Type"], answer.json()["code"]) == ("application/problem+json", "unavailable")


def test_a_case_of_another_centre_is_like_none(handed: Case, referred: Case, omar: User, now: datetime) -> None:
    other = OutsideCentre.objects.create(code="gas", name_ar="الغاز", name_en="Gas", phone="199")
    _, secret = programs.register(f"centre:{other.pk}", at=now)
    answer = post("/api/centres/gas/reports", secret, report(handed, "answered", text=ANSWER))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_case")


def test_a_centre_that_is_down_is_seen_and_drains_by_itself(
    desk: Desk, accepted: Case, omar: User, centre: OutsideCentre, outside: FakeCentre, now: datetime
) -> None:
    outside.status = 503
    hand_over(accepted, by=omar, at=now, centre=centre, reference="")
    delivery.drain("webhooks", seconds=0.3)
    fetching.fetch_answers(at=now)
    with translation.override("en"):
        status = handover_status(accepted, at=now)
        assert status is not None
        assert status.is_down
        assert "on its way" in status.arrival
        page = desk(omar).get(address("desk-case", accepted)).content.decode()
        assert "interface does not answer" in page
        assert OUTSIDE_CENTRES.check(timezone.now()).state.value == "degraded"
    outside.status = 0
    ProviderRoute.objects.update(stopped_until=timezone.now())
    until = monotonic() + 30
    # What is not due again yet is no work: a drain ends before it.
    while not outside.ledger and monotonic() < until:
        delivery.drain("webhooks", seconds=1)
        sleep(0.03)
    fetching.fetch_answers(at=now + HOUR)
    assert list(outside.ledger) == [accepted.reference]
    assert not programs.program_status(Endpoint.objects.get(), at=now)[0].is_down


def test_what_is_added_while_the_centre_has_it_goes_out_without_the_person_and_not_after(
    handed: Case, outside: FakeCentre, amina: Citizen, omar: User, now: datetime
) -> None:
    add(handed, by=amina.user, at=now + HOUR, text=f"أنا {amina.family_name}، والماء وصل إلى الدرج.")
    delivery.drain("webhooks", seconds=1)
    added = outside.bodies[-1]
    assert (added["type"], added["action"], added["case"]) == ("case.added", "add", handed.reference)
    assert ("الدرج" in added["text"], amina.family_name in added["text"]) == (True, False)
    take_back(handed, by=omar, at=now + 2 * HOUR, answer=ANSWER)
    add(handed, by=amina.user, at=now + 3 * HOUR, text="عاد الماء.")
    delivery.drain("webhooks", seconds=1)
    assert [one["type"] for one in outside.bodies] == ["case.handed_over", "case.added", "case.taken_back"]


def test_while_the_citizen_is_asked_and_when_the_case_is_answered(
    accepted: Case, omar: User, amina: Citizen, centre: OutsideCentre, outside: FakeCentre, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="هل عاد الماء إليكم؟")
    hand_over(accepted, by=omar, at=now + HOUR, centre=centre, reference="")
    delivery.drain("webhooks", seconds=1)  # Calls that wait together go at once, in any order.
    accepted.refresh_from_db()
    assert accepted.holder == "citizen"
    with pytest.raises(HeldByAnother):
        hand_over(accepted, by=omar, at=now + HOUR, centre=centre, reference="2")
    reply(accepted, by=amina.user, at=now + 2 * HOUR, text="لم يعد.")
    accepted.refresh_from_db()
    assert accepted.holder == "outside_centre"
    delivery.drain("webhooks", seconds=1)
    close(accepted, by=omar, at=now + 3 * HOUR, outcome="solved", found=FOUND, done=DONE)
    delivery.drain("webhooks", seconds=1)
    assert [body["type"] for body in outside.bodies] == ["case.handed_over", "case.added", "case.taken_back"]
    late = post(URL, outside.keys[0], report(accepted, "answered", text=ANSWER))
    assert (late.status_code, late.json()["open"], accepted.handovers.get().answer) == (200, False, "")


def test_unit_and_contact_centre_hand_over_too_and_others_get_an_email(
    desk: Desk, accepted: Case, lina: User, centre: OutsideCentre
) -> None:
    centre.email = "cases@water.example"
    centre.save(update_fields=["email"])
    client = desk(lina)
    assert client.post(address("desk-hand-over", accepted), sent(accepted, centre="water-117116")).status_code == 302
    told = Message.objects.get(template="centre_handover")
    assert (told.address, told.recipient, Handover.objects.get().way) == (centre.email, f"centre:{centre.pk}", "email")
    assert accepted.reference in told.subject


def test_an_agent_hands_over_for_a_caller(accepted: Case, sami: User, centre: OutsideCentre, now: datetime) -> None:
    act = ACTS["hand-over"]
    with translation.override("en"):
        missing = act.form({"centre": centre.code, "reference": ""}, accepted)
        assert list(missing.errors) == ["reference"]
        form = act.form({"centre": centre.code, "reference": "W-3"}, accepted)
        assert form.is_valid()
        act.do(accepted, sami, now, form)
        with pytest.raises(TransitionNotAllowed):
            act.do(accepted, sami, now, form)
    assert (accepted.handovers.get().number, accepted.events.last().actor) == ("W-3", sami)


def test_the_head_of_the_unit_keeps_programs_and_sees_a_secret_once(
    desk: Desk, centre: OutsideCentre, hala: User, lina: User, settings: Any
) -> None:
    client, page = desk(hala), reverse("program", args=["centre", centre.code])
    secret_page = reverse("program-secret", args=["centre", centre.code])
    assert desk(lina).get(page).status_code == 404
    assert client.get(reverse("programs")).status_code == 200
    first = client.post(secret_page, {"seen": ""})
    secret = first.context["secret"]
    assert secret.startswith("whsec_")
    assert first.headers["Cache-Control"].count("no-store") == 1
    assert secret not in client.get(page).content.decode()
    again = client.post(secret_page, {"seen": ""})
    assert (again.status_code, "secret" in again.context) == (409, False)
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    for url in ("http://centre.example/", "https://127.0.0.1/", "https://localhost/x", "centre"):
        wrong = client.post(page, {"url": url, "is_active": "on"})
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["url"])
    seen = {"version": client.get(page).context["version"]}
    stored = client.post(page, seen | {"url": "https://8.8.8.8/cases", "is_active": "on"})
    endpoint = Endpoint.objects.get()
    assert (stored.status_code, endpoint.url, endpoint.is_active) == (302, "https://8.8.8.8/cases", True)
    assert secrets.compare_digest(str(endpoint.secret), secret)
    assert signed(secret, {})["headers"]["webhook-id"]


def test_a_first_secret_asked_for_twice_at_once_is_made_once(desk: Desk, centre: OutsideCentre, hala: User) -> None:
    client, page = desk(hala), reverse("program-secret", args=["centre", centre.code])
    again = partial(desk(hala).post, page, {"seen": ""})
    with overtaken(again, before='INSERT INTO "notifications_endpoint"'):
        second = client.post(page, {"seen": ""})
    assert (second.status_code, b"whsec_" in second.content) == (409, False)


def test_a_next_secret_asked_for_twice_at_once_is_made_once_and_the_last_one_stays_valid(
    desk: Desk, centre: OutsideCentre, hala: User
) -> None:
    client, page = desk(hala), reverse("program-secret", args=["centre", centre.code])
    first = client.post(page, {"seen": ""}).context
    asked = {"seen": first["seen"]}
    with overtaken(partial(desk(hala).post, page, asked), before="FOR UPDATE"):
        second = client.post(page, asked)
    earlier = str(Endpoint.objects.get().earlier_secret)
    assert (second.status_code, secrets.compare_digest(earlier, first["secret"])) == (409, True)
