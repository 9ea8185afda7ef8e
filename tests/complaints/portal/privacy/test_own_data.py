"""A copy of one's own data, and requests to correct or delete it, decided by the unit; deletion survives a kill."""

from __future__ import annotations

import io
import json
import os
import signal
import zipfile
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts.contact import citizen_key
from accounts.identity.disclosure import CaseMark, reveal
from accounts.models import Citizen, DataCopy, IdentityView, PrivacyRequest, RequestLimit, User
from complaints.actions import accept, close
from complaints.models import ERASED, Case
from complaints.retention import erasing, rules, run
from complaints.workflow import State
from notifications.models import Message, PushSubscription
from tests.cast import PASSWORD, sign_in
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase, attach
from tests.complaints.pages import Clock, Desk

COPY, REQUESTS = "/en/account/copy/", "/en/account/requests/"


@pytest.fixture(autouse=True)
def _in_english(english: None, clock: Clock) -> None:
    """Let every page be asked for in English, at the moment of the cast."""


def streamed(client: Client, form: str) -> bytes:
    answer = client.get(f"{COPY}{form}/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_copy_has_everything_and_is_offered_for_seven_days(
    as_amina: Client, as_karim: Client, closed: Case, amina: Citizen, omar: User, clock: Clock, now: datetime
) -> None:
    attach(closed, now, "amina.jpg")
    reveal(amina, viewer=omar, about=CaseMark(closed.reference), fields=["phone"], reason="to call", at=now)
    assert as_amina.get(f"{COPY}json/").status_code == 404
    wrong = as_amina.post(COPY, {"current": "not-her-password"})
    assert (wrong.status_code, list(wrong.context["form"].errors), DataCopy.objects.count()) == (200, ["current"], 0)
    phone = PushSubscription.objects.create(
        recipient=citizen_key(amina.pk), address="{}", endpoint_hash="0" * 64, device="Firefox, Android", created_at=now
    )
    assert as_amina.post(COPY, {"current": PASSWORD})["Location"] == COPY
    held = json.loads(streamed(as_amina, "json"))
    assert held["account"]["number"] == "9902103456"
    assert held["account"]["phone"] == amina.phone
    assert [one["device"] for one in held["account"]["devices"]] == [phone.device]
    (case,) = held["cases"]
    assert (case["reference"], case["details"]) == (closed.reference, DETAILS)
    assert case["answers"][0] | {"at": ""} == {"outcome": "solved", "found": FOUND, "done": DONE, "at": ""}
    assert case["files"][0]["name"] == "amina.jpg"
    assert case["thread"]
    assert held["messages"][0]["text"]
    assert held["who_looked"][0]["role"] == "Liaison officer"
    assert omar.name_en not in json.dumps(held, ensure_ascii=False) or omar.name_en in FOUND
    assert streamed(as_amina, "pdf").startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(streamed(as_amina, "zip"))) as box:
        assert box.namelist() == [f"{closed.reference}/001-amina.jpg"]
    assert DataCopy.objects.get().downloads == 3
    assert as_amina.get(f"{COPY}exe/").status_code == 404
    assert as_karim.get(f"{COPY}json/").status_code == 404
    for _ in range(2):
        as_amina.post(COPY, {"current": PASSWORD})
    assert as_amina.post(COPY, {"current": PASSWORD}).status_code == 429
    clock.pass_(days=8)
    assert sign_in(Client(), amina).get(f"{COPY}json/").status_code == 404


def test_a_correction_is_decided_with_a_reason_by_a_day(
    as_amina: Client, desk: Desk, amina: Citizen, lina: User, clock: Clock, now: datetime
) -> None:
    RequestLimit.objects.update_or_create(kind="correction", defaults={"days": 10})
    refused = as_amina.post(REQUESTS, {"kind": "correction", "text": "خطأ"})
    assert list(refused.context["correction"].errors) == ["text"]
    for _ in range(2):
        as_amina.post(REQUESTS, {"kind": "correction", "text": "اسم الجد خالد لا عادل."})
    request = PrivacyRequest.objects.get()
    assert request.due_on == (now + timedelta(days=10)).date()
    page = desk(lina).get("/en/staff/privacy/requests/").content.decode()
    assert ">Late<" not in page
    clock.pass_(days=11)
    assert ">Late<" in desk(lina).get("/en/staff/privacy/requests/").content.decode()
    url = f"/en/staff/privacy/requests/{request.pk}/"
    assert list(desk(lina).post(url, {"state": "granted", "reason": ""}).context["form"].errors) == ["reason"]
    decision = {"state": "refused", "reason": "الاسم مطابق لسجل الأحوال المدنية."}
    assert desk(lina).post(url, decision).status_code == 302
    assert desk(lina).post(url, decision).status_code == 409
    assert Message.objects.filter(template="privacy_answered", recipient=f"citizen:{amina.pk}").count() == 1
    assert decision["reason"] in sign_in(Client(), amina).get(REQUESTS).content.decode()


def ask_and_grant(amina: Citizen, lina: User) -> PrivacyRequest:
    client = sign_in(Client(), amina)
    client.post(REQUESTS, {"kind": "deletion", "current": PASSWORD})
    request = PrivacyRequest.objects.get()
    url = f"/en/staff/privacy/requests/{request.pk}/"
    decision = {"state": "granted", "reason": "قُبل الطلب، ولا قضايا مفتوحة."}
    assert sign_in(Client(), lina).post(url, decision).status_code == 302
    assert "sign-in" in client.get("/en/cases/")["Location"]
    return request


def settle_messages() -> None:
    Message.objects.update(state="delivered", lease_until=None, unsure_since=None)


def test_an_account_is_deleted_once_its_cases_have_ended(
    as_amina: Client, accepted: Case, amina: Citizen, omar: User, lina: User, now: datetime
) -> None:
    open_ = as_amina.post(REQUESTS, {"kind": "deletion", "current": PASSWORD})
    assert "You have open cases" in open_.content.decode()
    assert PrivacyRequest.objects.count() == 0
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    hold = rules.set_hold(accepted, rules.HoldTerms("ر", "1", None), on_person=True, by=lina, at=now)
    as_amina.post(REQUESTS, {"kind": "deletion", "current": PASSWORD})
    url = f"/en/staff/privacy/requests/{PrivacyRequest.objects.get().pk}/"
    held = sign_in(Client(), lina).post(url, {"state": "granted", "reason": "قُبل الطلب كما ورد."})
    assert list(held.context["form"].errors) == ["state"]
    rules.lift_hold(hold, reason="انتهت", by=lina, at=now)
    ask_and_grant(amina, lina)
    assert run.apply_retention(at=now) == 0, "the answer has not left yet"
    settle_messages()
    assert run.apply_retention(at=now) == 1
    amina.refresh_from_db()
    accepted.refresh_from_db()
    assert (amina.full_name, amina.email, amina.address, amina.user.is_active) == (
        f"{ERASED} {ERASED}",
        "",
        ERASED,
        False,
    )
    assert (accepted.details, accepted.citizen_id, accepted.outcome) == (ERASED, erasing.NOBODY, "solved")
    assert Citizen.objects.numbered("national", "9902103456").count() == 0
    assert not Message.objects.filter(recipient__startswith=f"citizen:{amina.pk}").exists()
    assert (PrivacyRequest.objects.get().done_at, PrivacyRequest.objects.get().reason) == (now, ERASED)
    assert Client().post("/en/sign-in/", {"number": "9902103456", "password": PASSWORD}).status_code == 200
    assert run.apply_retention(at=now) == 0


@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_is_killed_midway_is_continued(
    file_case: FileCase, amina: Citizen, omar: User, lina: User, now: datetime
) -> None:
    for number in range(2):
        case = file_case(subject=f"انقطاع {number}")
        accept(case, by=omar, at=now, days=5)
        close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    ask_and_grant(amina, lina)
    settle_messages()
    pid = os.fork()
    if pid == 0:
        connection.connect()
        whole = erasing.erase_case

        def one_then_die(pk: int, *, at: datetime) -> bool:
            if Case.objects.filter(erased_at__isnull=False).exists():
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(pk, at=at)

        erasing.erase_case = one_then_die
        run.apply_retention(at=now)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    connection.close()
    amina.refresh_from_db()
    assert (amina.erased_at, Case.objects.filter(erased_at__isnull=True).count()) == (None, 1)
    assert run.apply_retention(at=now) == 1
    amina.refresh_from_db()
    assert (amina.erased_at, Case.objects.filter(erased_at__isnull=True).count()) == (now, 0)
    assert Case.objects.filter(state=State.CLOSED).count() == 2
    assert IdentityView.objects.filter(citizen=amina).count() == 0
