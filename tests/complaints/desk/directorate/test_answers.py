"""A directorate answers by its link: a time, a finding with files, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from complaints.actions import close
from complaints.actions.consultations import estimate
from complaints.models import Attachment, Case, CaseEvent, Consultation
from tests.complaints import DETAILS, DONE, FINDING, FOUND, SIGNATORY
from tests.complaints.desk.directorate.forms import GIVEN, WRITTEN, fresh
from tests.complaints.sample_files import PDF, PROGRAM, picture
from tests.complaints.threads import be_patient


def test_a_time_is_given_shown_with_its_day_and_changed_only_with_a_reason(
    consultation: Consultation, url: str, client: Client
) -> None:
    assert client.post(url, GIVEN).status_code == 302
    page = client.get(url)
    assertContains(page, "3 working days")
    assertContains(page, "7 January 2026")
    again = client.post(url, {"time": "1", "number": "2", "days": "9", "reason": ""})
    assert (again.status_code, again.context["form"].errors) == (
        200,
        {"reason": ["Write why you need a different time"]},
    )
    assert again.context["estimate"]["days"].value() == "9"
    client.post(url, {"time": "1", "number": "2", "days": "9", "reason": "القطعة غير متوفرة"})
    page = client.get(url)
    assert [one.days for one in page.context["content"].estimates] == [3, 9]
    assertContains(page, "The time you need ends after the last day for the answer.")


def test_pressing_twice_gives_one_time(consultation: Consultation, url: str, client: Client) -> None:
    assert [client.post(url, GIVEN).status_code for _ in range(2)] == [302, 302]
    assert CaseEvent.objects.filter(action="estimate").count() == 1


def test_a_colleague_who_was_first_leaves_the_typed_time_on_the_page(
    consultation: Consultation, url: str, client: Client, now: datetime
) -> None:
    estimate(consultation, at=now, number=1, days=2)
    page = client.post(url, GIVEN)
    assert (page.status_code, page.context["estimate"]["days"].value(), page.context["estimate"]["number"].value()) == (
        409,
        3,
        2,
    )
    assertContains(page, "Someone in your directorate has given a different time in the meantime", status_code=409)
    assert fresh(consultation).days == 2


@pytest.mark.parametrize("days", ["", "0", "91", "-1", "1.5", "ثلاثة", "9" * 400])
def test_nonsense_is_no_time(consultation: Consultation, url: str, client: Client, days: str) -> None:
    page = client.post(url, GIVEN | {"days": days})
    assert (page.status_code, list(page.context["form"].errors), fresh(consultation).days) == (200, ["days"], None)


@pytest.mark.parametrize("number", ["", "0", "x", "99999999999999999999"])
def test_a_time_without_its_number_is_not_taken(
    consultation: Consultation, url: str, client: Client, number: str
) -> None:
    page = client.post(url, GIVEN | {"number": number, "reason": "سبب طويل بما يكفي"})
    assert (page.status_code, "number" in page.context["form"].errors, fresh(consultation).days) == (200, True, None)


def test_a_finding_with_files_ends_the_request_and_is_thanked(
    consultation: Consultation, url: str, client: Client
) -> None:
    files = [SimpleUploadedFile("الموقع.jpg", picture()), SimpleUploadedFile("محضر.pdf", PDF)]
    assert client.post(url, {**WRITTEN, "attachments": files}).status_code == 302
    page = client.get(url)
    assertContains(page, "Thank you, your finding has arrived")
    assertContains(page, FINDING)
    assertNotContains(page, DETAILS)
    assert (fresh(consultation).state, fresh(consultation).signed_as) == ("found", SIGNATORY)
    assert [one.name for one in fresh(consultation).attachments.all()] == ["الموقع.jpg", "محضر.pdf"]
    assert CaseEvent.objects.get(action="find").facts["files"] == 2


@pytest.mark.usefixtures("full_disk")
def test_a_finding_whose_files_find_no_room_keeps_what_was_typed_and_ends_nothing(
    consultation: Consultation, url: str, client: Client
) -> None:
    page = client.post(url, {**WRITTEN, "attachments": [SimpleUploadedFile("الموقع.jpg", picture())]})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["attachments"])
    assertContains(page, FINDING)
    assert (fresh(consultation).state, fresh(consultation).attachments.count()) == ("asked", 0)


def test_a_finding_that_lacks_something_keeps_what_was_typed_and_stores_nothing(
    consultation: Consultation, url: str, client: Client
) -> None:
    page = client.post(url, {**WRITTEN, "signed_as": "", "attachments": [SimpleUploadedFile("a.jpg", picture())]})
    assert (page.status_code, page.context["form"].errors) == (
        200,
        {
            "signed_as": ["Enter: Your name and position"],
            "attachments": ["Choose your files again: they were not saved"],
        },
    )
    assertContains(page, FINDING)
    assert not Attachment.objects.exists()


def test_a_file_that_cannot_be_taken_says_why(consultation: Consultation, url: str, client: Client) -> None:
    page = client.post(url, {**WRITTEN, "attachments": [SimpleUploadedFile("virus.exe", PROGRAM)]})
    assert (page.status_code, list(page.context["form"].errors), fresh(consultation).state) == (
        200,
        ["attachments"],
        "asked",
    )


def test_pressing_twice_sends_one_finding_and_another_one_is_kept_for_its_writer(
    consultation: Consultation, url: str, client: Client
) -> None:
    assert [client.post(url, WRITTEN).status_code for _ in range(2)] == [302, 302]
    page = client.post(url, WRITTEN | {"finding": "نتيجة أخرى من زميل"})
    assertContains(page, "Someone in your directorate has already answered", status_code=409)
    assertContains(page, "نتيجة أخرى من زميل", status_code=409)
    late = client.post(url, GIVEN)
    assert (late.status_code, CaseEvent.objects.filter(action="find").count()) == (409, 1)


@pytest.mark.django_db(transaction=True)
def test_two_findings_at_once_leave_one(consultation: Consultation, url: str) -> None:
    texts = [FINDING, "نتيجة أخرى كتبها زميل في اللحظة نفسها"]
    barrier = Barrier(2)

    def send(text: str) -> int:
        try:
            be_patient()
            barrier.wait()
            return Client().post(url, WRITTEN | {"finding": text}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(send, texts))
    assert sorted(statuses) == [302, 409]
    assert fresh(consultation).finding == texts[statuses.index(302)]
    assert CaseEvent.objects.filter(action="find").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_finding_and_a_closing_at_once_end_one_after_the_other(
    consultation: Consultation, url: str, omar: User
) -> None:
    barrier, mine, at = Barrier(2), Case.objects.get(pk=consultation.case_id), consultation.asked_at

    def shut() -> int:
        try:
            be_patient()
            barrier.wait()
            close(mine, by=omar, at=at, outcome="solved", found=FOUND, done=DONE)
            return 302
        finally:
            connections.close_all()

    def send() -> int:
        try:
            be_patient()
            barrier.wait()
            return Client().post(url, WRITTEN).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in (pool.submit(shut), pool.submit(send))]
    assert done[0] == 302
    assert done[1] in {302, 410}
    assert fresh(consultation).state == ("found" if done[1] == 302 else "revoked")
    assert not consultation.case.holdings.filter(ended_at__isnull=True).exists()
