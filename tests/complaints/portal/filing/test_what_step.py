"""The second step of filing: words and files, kept or refused beside their field."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts import rate_limits
from accounts.models import Citizen, User
from accounts.rate_limits import HOUR
from agencies.models import Governorate, Topic
from complaints.attachments import uploads
from complaints.models import Case, Draft
from tests.cast import sign_in
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.portal.filing.steps import AGENCY, CHECK, HOME, WHAT, errors, send, shown, where
from tests.complaints.sample_files import MEGABYTE, PDF, PROGRAM, picture, upload


@pytest.mark.parametrize(
    ("field", "typed"),
    [
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
    assert (where(response), list(errors(response))) == (WHAT, [field])
    page = shown(response).content.decode()
    assert "\0" not in page
    assert all(text.replace("\0", "") in page for name, text in words.items() if name != "governorate")
    draft.refresh_from_db()
    assert (draft.subject, draft.details) == (SUBJECT, DETAILS)


def test_an_empty_press_names_what_is_missing_and_begins_no_draft(as_amina: Client, omar: User) -> None:
    response = as_amina.post(f"{WHAT}?agency=miyahuna", {"subject": "", "details": " \n", "governorate": ""})
    assert (where(response), list(errors(response))) == (WHAT, ["details"])
    assert "agency=miyahuna" in response.url
    assert not Draft.objects.exists()
    written = as_amina.post(response.url, {"details": DETAILS})
    assert (Draft.objects.get().details, Draft.objects.get().agency.code) == (DETAILS, "miyahuna")
    assert "empty" not in written.url


def test_three_thousand_letters_fit_and_lines_count_once(as_amina: Client, draft: Draft) -> None:
    as_amina.post(WHAT, {"subject": "م" * 120, "details": "سطر\r\n" * 600 + "م" * 600})
    draft.refresh_from_db()
    assert (len(draft.subject), len(draft.details)) == (120, 3000)


def test_the_good_files_are_kept_and_the_others_are_named_with_the_reason(as_amina: Client, draft: Draft) -> None:
    files = [upload("شارع.jpg"), upload("photo.jpg", PROGRAM), upload("huge.jpg", picture() + b"\0" * 11 * MEGABYTE)]
    response = as_amina.post(WHAT, {"subject": SUBJECT, "details": "تفاصيل جديدة", "attachments": files})
    refused = errors(response)["attachments"]
    assert [text.split("\u2069")[0].split("\u2068")[1] for text in refused] == ["photo.jpg", "huge.jpg"]
    page = shown(response).content.decode()
    assert "تفاصيل جديدة" in page
    assert "شارع.jpg" in page
    assert [attachment.name for attachment in draft.attachments.all()] == ["شارع.jpg"]
    assert Case.objects.count() == 0


def test_eleven_files_are_refused_as_one_and_ten_are_kept(as_amina: Client, draft: Draft) -> None:
    def files(count: int) -> list[object]:
        return [upload(f"{number}.jpg", picture(size=(64 + number, 48))) for number in range(count)]

    words = {"subject": SUBJECT, "details": DETAILS}
    response = as_amina.post(WHAT, words | {"attachments": files(11)})
    assert (where(response), list(errors(response)), draft.attachments.count()) == (WHAT, ["attachments"], 0)
    assert where(as_amina.post(WHAT, words | {"attachments": files(10)})) == CHECK
    response = as_amina.post(WHAT, words | {"attachments": [upload("one more.png", picture("PNG"))]})
    assert (list(errors(response)), draft.attachments.count()) == (["attachments"], 10)


def test_a_file_can_be_removed_and_the_words_typed_meanwhile_stay(
    as_amina: Client, draft: Draft, now: datetime
) -> None:
    uploads.keep([uploads.receive(upload("a.jpg"), at=now)], draft=draft)
    attachment = draft.attachments.get()
    response = as_amina.post(WHAT, {"subject": "كلمات جديدة", "details": "", "remove": str(attachment.pk)})
    draft.refresh_from_db()
    assert (where(response), draft.subject, draft.attachments.count()) == (WHAT, "كلمات جديدة", 0)


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
    # Nothing at all is no draft: the page says so.
    nothing = as_amina.post("/ar/new/inquiry/what/", {"subject": "", "details": " ", "later": "1"})
    assert (nothing.url.endswith("&empty=1"), Draft.objects.count()) == (True, 1)


def test_a_subject_of_the_first_words_follows_them_and_one_that_was_written_stays(
    as_amina: Client, make_draft: Callable[..., Draft]
) -> None:
    draft = make_draft(subject="", details="")
    own, subjects = "مياه الحي", []
    for subject, details in (("", "؟"), ("؟", "انقطعت المياه عنا"), (own, "انقطعت منذ يومين"), (own, "عادت ثم انقطعت")):
        as_amina.post(WHAT, {"subject": subject, "details": details, "keep": "1"})
        draft.refresh_from_db()
        subjects.append(draft.subject)
    assert subjects == ["؟", "انقطعت المياه عنا", own, own]


def test_the_script_saves_what_is_in_order_and_says_nothing(as_amina: Client, draft: Draft) -> None:
    response = as_amina.post(WHAT, {"subject": "م" * 200, "details": "كتبتها قبل أن ينقطع الاتصال", "autosave": "1"})
    draft.refresh_from_db()
    assert (response.status_code, draft.subject, draft.details) == (204, SUBJECT, "كتبتها قبل أن ينقطع الاتصال")


def test_errors_speak_the_language_of_the_page(as_amina: Client, draft: Draft) -> None:
    words = {"details": "", "attachments": [upload("photo.jpg", PROGRAM)]}
    english = shown(as_amina.post("/en/new/complaint/what/", words)).content.decode()
    assert "Write in the box what you want to tell us" in english
    assert "was not uploaded: only photos, PDF files, voice notes and short videos are accepted" in english


def test_an_urgent_topic_points_to_the_emergency_number(
    as_amina: Client, make_draft: Callable[..., Draft], outage: Topic
) -> None:
    make_draft()
    warning = "<h2>هل هناك خطر على أحد الآن؟</h2>"
    assert warning not in as_amina.get(WHAT).content.decode()
    assert 'href="tel:911"' in as_amina.get(WHAT).content.decode()
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
    assert DETAILS in shown(response).content.decode()
    assert draft.attachments.count() == 1


def test_bytes_count_too(as_amina: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = rate_limits.RateLimit("upload_kilobytes", 30, HOUR)
    monkeypatch.setattr(rate_limits, "UPLOADED_KILOBYTES_PER_PERSON", limit)
    words = {"subject": SUBJECT, "details": DETAILS}
    large = PDF[:-6] + b" " * 20_000 + PDF[-6:]
    assert where(as_amina.post(WHAT, words | {"attachments": [upload("a.pdf", large)]})) == CHECK
    assert list(errors(as_amina.post(WHAT, words | {"attachments": [upload("b.pdf", large)]}))) == ["attachments"]
    assert where(as_amina.post(WHAT, words | {"attachments": [upload("c.pdf", PDF)]})) == CHECK


@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("الماء مقطوع. الحي كله بلا ماء منذ أسبوع.", "الماء مقطوع"),
        ("المي مقطوعة عنا\nمن أسبوع", "المي مقطوعة عنا"),
        ("كلمة " * 40, f"{' '.join(['كلمة'] * 16)}…"),
        ("م" * 200, f"{'م' * 80}…"),
        ("رقمه الوطني ٩٨٧١٠١٢٣٤٥ وهاتفه 079 555 1234. عداد 123456789", "رقمه الوطني ••• وهاتفه •••"),
        ("ابنتي 2001234567 وطلبها 2600482173, +962 79 555 12 34", "ابنتي ••• وطلبها 2600482173, •••"),
        (f"{'كلمة ' * 13}هاتفه 079 555 1234 ولم يرد أحد", f"{'كلمة ' * 13}هاتفه ••• ولم…"),
        ("عداد \u206712345678", "عداد 12345678"),
    ],
    ids=["sentence", "lines", "long", "one word", "numbers", "of two", "before it is cut", "turned"],
)
def test_the_subject_is_made_of_the_first_words_and_can_be_corrected(
    as_amina: Client, typed: str, subject: str
) -> None:
    as_amina.post(WHAT, {"details": typed})
    draft = Draft.objects.get()
    assert draft.subject == subject
    page = as_amina.get(WHAT).content.decode()
    assert f'value="{subject}"' in page
    as_amina.post(WHAT, {"details": typed, "subject": "عنوان آخر"})
    draft.refresh_from_db()
    assert draft.subject == "عنوان آخر"


def test_what_is_too_long_for_the_draft_is_shown_before_the_draft_goes_on(
    as_amina: Client, draft: Draft, omar: User
) -> None:
    long = "م" * 3001
    assert as_amina.get(f"{CHECK}?draft={draft.pk}").status_code == 200
    assert as_amina.post(WHAT, {"draft": str(draft.pk), "details": long, "autosave": "1"}).status_code == 204
    page = as_amina.get(HOME).content.decode()
    assert (f'{WHAT}?draft={draft.pk}"' in page, f'{CHECK}?draft={draft.pk}"' in page) == (True, False)
    assert {where(as_amina.get(f"{step}?draft={draft.pk}")) for step in (CHECK, AGENCY)} == {WHAT}
    shown_again = as_amina.get(f"{WHAT}?draft={draft.pk}")
    assert (list(shown_again.context["form"].errors), long in shown_again.content.decode()) == (["details"], True)
    as_amina.post(WHAT, {"draft": str(draft.pk), "details": DETAILS})
    assert as_amina.get(f"{CHECK}?draft={draft.pk}").status_code == 200


def test_an_error_is_said_once_and_gone_when_it_is_mended(as_amina: Client, draft: Draft) -> None:
    as_amina.post(WHAT, {"subject": "م" * 121, "details": DETAILS})
    assert list(as_amina.get(WHAT).context["form"].errors) == ["subject"]
    as_amina.post(WHAT, {"subject": SUBJECT, "details": DETAILS})
    assert (as_amina.get(WHAT).context["form"].is_bound, Draft.objects.get().typed) == (False, "")


# ---- the place ----

IN_AMMAN = {"latitude": "31.95394", "longitude": "35.91067"}


def test_a_location_is_kept_with_the_case_and_shown_to_those_who_handle_it(
    as_amina: Client, omar: User, draft: Draft
) -> None:
    as_omar = sign_in(Client(), omar)
    as_amina.post(WHAT, {"subject": SUBJECT, "details": DETAILS} | IN_AMMAN)
    send(as_amina, draft)
    case = Case.objects.get()
    assert (case.latitude, case.longitude) == (31.9539, 35.9107)
    page = as_omar.get(f"/ar/staff/cases/{case.reference}/").content.decode()
    assert "geo:31.9539,35.9107" in page
    Case.objects.update(hides_identity=True)
    assert "geo:" not in as_omar.get(f"/ar/staff/cases/{case.reference}/").content.decode()


@pytest.mark.parametrize(
    "location",
    [
        {"latitude": "48.2082", "longitude": "16.3738"},
        {"latitude": "31.7767", "longitude": "35.2345"},
        {"latitude": "nan", "longitude": "35.9"},
        {"latitude": "x", "longitude": "\0"},
        {"latitude": "1e400", "longitude": "-1e400"},
        {"latitude": "1e300", "longitude": "35.9"},
    ],
    ids=["Vienna", "across the river", "nan", "letters", "infinite", "beyond reckoning"],
)
def test_a_location_abroad_is_refused_in_words_and_not_sent_again(
    as_amina: Client, draft: Draft, location: dict[str, str]
) -> None:
    response = as_amina.post("/en/new/complaint/what/", {"subject": SUBJECT, "details": DETAILS} | location)
    assert list(errors(response).values()) == [
        ["Your location is not in Jordan, so we did not keep it. Write where it happened instead."]
    ]
    page = shown(response)
    assert [page.context["form"][name].value() for name in location] == ["", ""]
    assert Draft.objects.get().latitude is None


def test_the_registered_address_is_taken_by_a_button(as_amina: Client, draft: Draft, amina: Citizen) -> None:
    governorate = Governorate.objects.get(code="JO-AM")
    Citizen.objects.filter(pk=amina.pk).update(governorate=governorate, city="الجبيهة")
    response = as_amina.post(WHAT, {"subject": SUBJECT, "details": DETAILS, "home": "1"})
    draft.refresh_from_db()
    assert (where(response), draft.governorate, draft.area) == (WHAT, governorate, "الجبيهة")
    assert draft.place == amina.address


@pytest.mark.usefixtures("omar", "amman")
def test_a_topic_that_needs_a_place_asks_for_it_and_nothing_is_sent_without(
    as_amina: Client, draft: Draft, outage: Topic
) -> None:
    Draft.objects.update(governorate=None, area="", place="")
    Topic.objects.filter(pk=outage.pk).update(place_required=True)
    assert (where(send(as_amina, draft)), Case.objects.count()) == (WHAT, 0)
    words = {"subject": SUBJECT, "details": DETAILS}
    assert list(errors(as_amina.post(WHAT, words))) == ["governorate", "place"]
    assert list(errors(as_amina.post(WHAT, words | {"governorate": "JO-AM"}))) == ["place"]
    assert where(as_amina.post(WHAT, words | {"governorate": "JO-AM"} | IN_AMMAN)) == CHECK


def test_only_the_first_step_may_ask_where_the_phone_is(as_amina: Client, draft: Draft) -> None:
    policies = [as_amina.get(url).headers["Permissions-Policy"] for url in (WHAT, CHECK, HOME)]
    asked = "camera=(), geolocation=(self), microphone=(self), payment=(), usb=()"
    nothing = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    assert policies == [asked, nothing, nothing]
