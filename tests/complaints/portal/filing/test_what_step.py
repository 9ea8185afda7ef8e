"""The second step of filing: words and files, kept or refused beside their field."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts import rate_limits
from accounts.models import Citizen
from accounts.rate_limits import HOUR
from agencies.models import Topic
from complaints.attachments import uploads
from complaints.models import Case, Draft
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.portal.filing.steps import HOME, WHAT, errors
from tests.complaints.sample_files import MEGABYTE, PDF, PROGRAM, picture, upload


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("subject", ""),
        ("subject", "م" * 121),
        ("subject", "م" * 5000),
        ("subject", "مياه\0"),
        ("subject", "\u202eهايم"),
        ("details", ""),
        ("details", "م" * 5000),
        ("details", "مياه\0مقطوعة"),
        ("details", "م" + "\u064b" * 20_000),
        ("area", "م" * 5000),
        ("place", "قرب\0المسجد"),
        ("governorate", "no-such-place"),
    ],
)
def test_words_that_cannot_be_kept_are_refused_beside_their_field_and_stay_typed(
    as_amina: Client, draft: Draft, field: str, typed: str
) -> None:
    words = {"subject": "موضوع آخر", "details": "تفاصيل أخرى كتبتها الآن", field: typed}
    response = as_amina.post(WHAT, words)
    assert (response.status_code, list(errors(response))) == (200, [field])
    page = response.content.decode()
    assert "\0" not in page
    assert all(text.replace("\0", "") in page for name, text in words.items() if name != "governorate")
    draft.refresh_from_db()
    assert (draft.subject, draft.details) == (SUBJECT, DETAILS)


def test_three_thousand_letters_fit_and_lines_count_once(as_amina: Client, draft: Draft) -> None:
    as_amina.post(WHAT, {"subject": "م" * 120, "details": "سطر\r\n" * 600 + "م" * 600})
    draft.refresh_from_db()
    assert (len(draft.subject), len(draft.details)) == (120, 3000)


def test_the_good_files_are_kept_and_the_others_are_named_with_the_reason(as_amina: Client, draft: Draft) -> None:
    files = [upload("شارع.jpg"), upload("photo.jpg", PROGRAM), upload("huge.jpg", picture() + b"\0" * 11 * MEGABYTE)]
    response = as_amina.post(WHAT, {"subject": SUBJECT, "details": "تفاصيل جديدة", "attachments": files})
    refused = errors(response)["attachments"]
    assert [text.split("\u2069")[0].split("\u2068")[1] for text in refused] == ["photo.jpg", "huge.jpg"]
    page = response.content.decode()
    assert "تفاصيل جديدة" in page
    assert "شارع.jpg" in page
    assert [attachment.name for attachment in draft.attachments.all()] == ["شارع.jpg"]
    assert Case.objects.count() == 0


def test_eleven_files_are_refused_as_one_and_ten_are_kept(as_amina: Client, draft: Draft) -> None:
    def files(count: int) -> list[object]:
        return [upload(f"{number}.jpg", picture(size=(64 + number, 48))) for number in range(count)]

    words = {"subject": SUBJECT, "details": DETAILS}
    response = as_amina.post(WHAT, words | {"attachments": files(11)})
    assert (response.status_code, list(errors(response)), draft.attachments.count()) == (200, ["attachments"], 0)
    assert as_amina.post(WHAT, words | {"attachments": files(10)}).status_code == 302
    response = as_amina.post(WHAT, words | {"attachments": [upload("one more.png", picture("PNG"))]})
    assert (list(errors(response)), draft.attachments.count()) == (["attachments"], 10)


def test_a_file_can_be_removed_and_the_words_typed_meanwhile_stay(
    as_amina: Client, draft: Draft, now: datetime
) -> None:
    uploads.keep([uploads.receive(upload("a.jpg"), at=now)], draft=draft)
    attachment = draft.attachments.get()
    response = as_amina.post(WHAT, {"subject": "كلمات جديدة", "details": "", "remove": str(attachment.pk)})
    draft.refresh_from_db()
    assert (response.url, draft.subject, draft.attachments.count()) == (WHAT, "كلمات جديدة", 0)


def test_nobody_removes_the_file_of_another(
    as_karim: Client, karim: Citizen, draft: Draft, outage: Topic, now: datetime
) -> None:
    uploads.keep([uploads.receive(upload("a.jpg"), at=now)], draft=draft)
    Draft.objects.create(citizen=karim, kind="complaint", agency_unknown=True, topic=outage, updated_at=now)
    for forged in [str(draft.attachments.get().pk), "no-key", "\0"]:
        as_karim.post(WHAT, {"subject": "x", "details": "y", "remove": forged})
    assert draft.attachments.count() == 1


def test_save_for_later_asks_for_nothing_and_leads_home(as_amina: Client, make_draft: Callable[..., Draft]) -> None:
    draft = make_draft(subject="", details="")
    response = as_amina.post(WHAT, {"subject": "نصف فكرة", "details": "", "later": "1"})
    draft.refresh_from_db()
    assert (response.url, draft.subject) == (HOME, "نصف فكرة")


def test_the_script_saves_what_is_in_order_and_says_nothing(as_amina: Client, draft: Draft) -> None:
    response = as_amina.post(WHAT, {"subject": "م" * 200, "details": "كتبتها قبل أن ينقطع الاتصال", "autosave": "1"})
    draft.refresh_from_db()
    assert (response.status_code, draft.subject, draft.details) == (204, SUBJECT, "كتبتها قبل أن ينقطع الاتصال")


def test_errors_speak_the_language_of_the_page(as_amina: Client, draft: Draft) -> None:
    words = {"subject": "", "details": DETAILS, "attachments": [upload("photo.jpg", PROGRAM)]}
    english = as_amina.post("/en/new/complaint/what/", words).content.decode()
    assert "Enter: Subject in one line" in english
    assert "was not uploaded: only photos, PDF files and short videos are accepted" in english


def test_an_urgent_topic_points_to_the_emergency_number(
    as_amina: Client, make_draft: Callable[..., Draft], outage: Topic
) -> None:
    make_draft()
    warning = "هل هناك خطر على أحد الآن؟"
    assert warning not in as_amina.get(WHAT).content.decode()
    Topic.objects.filter(pk=outage.pk).update(priority="urgent")
    page = as_amina.get(WHAT).content.decode()
    assert warning in page
    assert 'href="tel:911"' in page


def test_files_beyond_the_limit_of_an_hour_are_refused_before_they_are_opened(
    as_amina: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "UPLOADED_FILES_PER_PERSON", rate_limits.RateLimit("upload_files", 2, HOUR))
    words = {"subject": SUBJECT, "details": DETAILS}
    as_amina.post(WHAT, words | {"attachments": [upload("a.jpg"), upload("b.jpg", PROGRAM)]})
    monkeypatch.setattr(uploads, "receive", None)
    response = as_amina.post(WHAT, words | {"attachments": [upload("c.jpg", picture(size=(80, 60)))]})
    assert errors(response)["attachments"] == [
        "أرسلتم أكبر عدد من الملفات المسموح به في ساعة واحدة. أرسلوا هذه الملفات بعد ساعة."
    ]
    assert DETAILS in response.content.decode()
    assert draft.attachments.count() == 1


def test_bytes_count_too(as_amina: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = rate_limits.RateLimit("upload_kilobytes", 30, HOUR)
    monkeypatch.setattr(rate_limits, "UPLOADED_KILOBYTES_PER_PERSON", limit)
    words = {"subject": SUBJECT, "details": DETAILS}
    large = PDF[:-6] + b" " * 20_000 + PDF[-6:]
    assert as_amina.post(WHAT, words | {"attachments": [upload("a.pdf", large)]}).status_code == 302
    assert list(errors(as_amina.post(WHAT, words | {"attachments": [upload("b.pdf", large)]}))) == ["attachments"]
    assert as_amina.post(WHAT, words | {"attachments": [upload("c.pdf", PDF)]}).status_code == 302
