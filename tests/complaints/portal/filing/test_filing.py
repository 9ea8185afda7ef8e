"""Filing in three steps: with and without script, with every bad input, and the button pressed twice."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Citizen
from agencies.models import Agency, Governorate, Topic
from complaints.attachments import uploads
from complaints.models import Case, Draft
from complaints.workflow import State
from notifications.models import Message
from tests.cast import make_agency, sign_in
from tests.complaints import DETAILS, SUBJECT, grouped
from tests.complaints.cases import make_topic
from tests.complaints.sample_files import MEGABYTE, PROGRAM, picture, upload

AGENCY, WHAT, CHECK = (f"/ar/new/complaint/{step}/" for step in ("agency", "what", "check"))
HOME = "/ar/"


@pytest.fixture
def bus(db: None) -> Topic:
    """A topic the water company does not have."""
    group = make_topic("transport", "النقل", "Transport", agency_kinds=["commission"], sectors=["transport"])
    return make_topic(
        "transport-bus", "خطوط الحافلات", "Bus lines", parent=group, agency_kinds=["commission"], sectors=["transport"]
    )


@pytest.fixture
def sewage(hours: object) -> Agency:
    return make_agency(
        "awc", "شركة مياه العقبة", "Aqaba Water", short_name_ar="مياه العقبة", short_name_en="Aqaba Water"
    )


def errors(response) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


def send(client: Client, draft: Draft, **said: object):
    return client.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms", **said})


# ---- the way through ----


@pytest.mark.usefixtures("omar", "outage")
def test_a_complaint_goes_from_the_first_step_to_a_receipt(as_amina: Client, water: Agency, amman: Governorate) -> None:
    assert as_amina.get("/ar/new/complaint/").url == AGENCY
    assert as_amina.get(AGENCY).status_code == 200
    assert Draft.objects.count() == 0
    assert as_amina.post(AGENCY, {"agency_name": "مياهنا"}).url == AGENCY
    assert "انقطاع المياه" in as_amina.get(AGENCY).content.decode()
    assert as_amina.post(AGENCY, {"agency_name": "مياهنا", "topic": "outage"}).url == WHAT
    words = {"subject": SUBJECT, "details": DETAILS, "governorate": "JO-AM", "area": "حي نزال", "place": "قرب المسجد"}
    assert as_amina.post(WHAT, words | {"attachments": [upload("بيتنا.jpg")]}).url == CHECK
    page = as_amina.get(CHECK).content.decode()
    assert all(text in page for text in [water.name_ar, SUBJECT, DETAILS, "حي نزال", "قرب المسجد", "بيتنا.jpg"])
    receipt = send(as_amina, Draft.objects.get())
    case = Case.objects.get()
    assert receipt.url == f"/ar/cases/{case.reference}/receipt/"
    assert (case.agency, case.state, case.subject, case.details) == (water, State.REFERRED, SUBJECT, DETAILS)
    assert (case.governorate, case.area, case.place) == (amman, "حي نزال", "قرب المسجد")
    assert [attachment.name for attachment in case.attachments.all()] == ["بيتنا.jpg"]
    assert Draft.objects.count() == 0
    page = as_amina.get(receipt.url).content.decode()
    assert grouped(case.reference) in page
    assert "079 ••• ••34" in page


@pytest.mark.usefixtures("outage", "lina")
def test_somebody_who_does_not_know_the_agency_reaches_the_cmu(as_amina: Client, water: Agency) -> None:
    assert as_amina.post(AGENCY, {"agency_unknown": "on"}).url == AGENCY
    assert as_amina.post(AGENCY, {"agency_unknown": "on", "topic": "outage"}).url == WHAT
    as_amina.post(WHAT, {"subject": SUBJECT, "details": DETAILS})
    send(as_amina, Draft.objects.get())
    assert Case.objects.get().state == State.TRIAGE


# ---- the agency ----


@pytest.mark.usefixtures("outage")
@pytest.mark.parametrize(
    "typed",
    ["شركة مياه الأردن", "شركه مياه الاردن", "شركة  المياه الاردن", "Jordan Water Company", "miyahuna", "مِياهُنا"],
)
def test_a_name_is_understood_however_its_letters_are_written(as_amina: Client, water: Agency, typed: str) -> None:
    assert as_amina.post(AGENCY, {"agency_name": typed}).status_code == 302
    assert Draft.objects.get().agency == water


@pytest.mark.usefixtures("outage", "sewage")
def test_a_word_that_fits_several_agencies_leads_to_a_choice(as_amina: Client, water: Agency, sewage: Agency) -> None:
    response = as_amina.post(AGENCY, {"agency_name": "شركة مياه"})
    assert (response.status_code, Draft.objects.count()) == (200, 0)
    assert set(response.context["form"].matches) == {water, sewage}
    assert list(errors(response)) == ["agency_match"]
    page = response.content.decode()
    assert f'value="{sewage.code}"' in page
    assert 'value="شركة مياه"' in page
    as_amina.post(AGENCY, {"agency_name": "شركة مياه", "agency_match": "awc"})
    assert Draft.objects.get().agency == sewage


@pytest.mark.usefixtures("outage")
def test_the_plain_list_works_without_typing(as_amina: Client, gam: Agency, water: Agency) -> None:
    as_amina.post(AGENCY, {"agency": "gam"})
    assert Draft.objects.get().agency == gam


@pytest.mark.usefixtures("outage")
def test_an_agency_named_after_a_tick_replaces_it_and_a_tick_made_now_stands(as_amina: Client, water: Agency) -> None:
    as_amina.post(AGENCY, {"agency_unknown": "on"})
    as_amina.post(AGENCY, {"agency_unknown": "on", "agency_name": "مياهنا"})
    assert (Draft.objects.get().agency, Draft.objects.get().agency_unknown) == (water, False)
    as_amina.post(AGENCY, {"agency_unknown": "on", "agency_name": water.name_ar})
    assert (Draft.objects.get().agency, Draft.objects.get().agency_unknown) == (None, True)


@pytest.mark.usefixtures("outage", "bus")
def test_the_topics_follow_the_agency_and_a_topic_that_does_not_fit_is_asked_again(
    as_amina: Client, water: Agency, outage: Topic
) -> None:
    ltrc = make_agency("ltrc", "هيئة تنظيم النقل البري", "Land Transport", kind="commission", sector="transport")
    as_amina.post(AGENCY, {"agency": "ltrc"})
    assert "خطوط الحافلات" in as_amina.get(AGENCY).content.decode()
    assert as_amina.post(AGENCY, {"agency_name": ltrc.name_ar, "topic": "transport-bus"}).url == WHAT
    assert as_amina.post(AGENCY, {"agency": "miyahuna", "topic": "transport-bus"}).url == AGENCY
    assert (Draft.objects.get().agency, Draft.objects.get().topic) == (water, None)
    assert "خطوط الحافلات" not in as_amina.get(AGENCY).content.decode()
    response = as_amina.post(AGENCY, {"agency_name": water.name_ar})
    assert list(errors(response)) == ["topic"]


@pytest.mark.usefixtures("outage", "water")
@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "agency_name"),
        ({"agency_name": "   "}, "agency_name"),
        ({"agency_name": "قلعة في الهواء"}, "agency_name"),
        ({"agency_name": "x" * 5000}, "agency_name"),
        ({"agency_name": "مياه\0نا"}, "agency_name"),
        ({"agency_name": "\u202eanuhayim"}, "agency_name"),
        ({"agency": "no-such-agency"}, "agency"),
        ({"agency": "cmu"}, "agency"),
        ({"agency": "miyahuna\0"}, "agency"),
        ({"agency_match": "no-such-agency"}, "agency_match"),
    ],
)
def test_an_agency_that_is_none_is_refused_beside_its_field(
    as_amina: Client, cmu: Agency, sent: dict[str, str], field: str
) -> None:
    response = as_amina.post(AGENCY, sent)
    assert (response.status_code, list(errors(response)), Draft.objects.count()) == (200, [field], 0)
    assert "\0" not in response.content.decode()


@pytest.mark.usefixtures("outage", "water")
@pytest.mark.parametrize("topic", ["no-such-topic", "supply", "out\0age"])
def test_a_topic_that_is_none_is_refused_beside_its_field(as_amina: Client, topic: str) -> None:
    as_amina.post(AGENCY, {"agency": "miyahuna"})
    response = as_amina.post(AGENCY, {"agency": "miyahuna", "topic": topic})
    assert (list(errors(response)), Draft.objects.get().topic) == (["topic"], None)


# ---- what happened ----


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


# ---- the draft ----


def test_a_draft_waits_for_its_owner_and_says_so(as_amina: Client, draft: Draft) -> None:
    Draft.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    assert as_amina.get("/ar/new/complaint/").url == CHECK
    page = as_amina.get(WHAT).content.decode()
    assert "احتفظنا بمسودتكم" in page
    assert SUBJECT in page
    assert DETAILS in page


def test_a_draft_of_this_minute_is_not_announced(as_amina: Client, draft: Draft) -> None:
    Draft.objects.update(updated_at=timezone.now())
    assert "احتفظنا بمسودتكم" not in as_amina.get(WHAT).content.decode()


def test_start_again_throws_the_draft_away(as_amina: Client, draft: Draft) -> None:
    assert as_amina.get("/ar/new/complaint/restart/").status_code == 405
    assert as_amina.post("/ar/new/complaint/restart/").url == AGENCY
    assert Draft.objects.count() == 0
    assert SUBJECT not in as_amina.get(AGENCY).content.decode()


def test_each_kind_has_a_draft_of_its_own(as_amina: Client, draft: Draft) -> None:
    assert as_amina.get("/ar/new/praise/").url == "/ar/new/praise/agency/"
    assert as_amina.get("/ar/new/complaint/").url == CHECK


def test_nobody_sees_the_draft_of_another(as_karim: Client, draft: Draft) -> None:
    assert as_karim.get("/ar/new/complaint/").url == AGENCY
    assert [as_karim.get(url).url for url in (WHAT, CHECK)] == [AGENCY, AGENCY]
    as_karim.post("/ar/new/complaint/restart/")
    assert Draft.objects.count() == 1


def test_a_kind_that_is_none_does_not_exist(as_amina: Client) -> None:
    assert as_amina.get("/ar/new/bribe/agency/").status_code == 404


# ---- check and send ----


@pytest.mark.usefixtures("omar")
def test_the_citizen_is_told_by_the_way_that_was_chosen(as_amina: Client, draft: Draft) -> None:
    send(as_amina, draft, notify_by="email")
    assert Case.objects.get().notify_by == "email"
    assert [message.channel for message in Message.objects.filter(template="case_received")] == ["email"]


def test_only_the_ways_that_reach_the_citizen_are_offered(
    as_karim: Client, karim: Citizen, make_draft: Callable[..., Draft]
) -> None:
    make_draft(citizen=karim)
    form = as_karim.get(CHECK).context["form"]
    assert [card.value for card in form.fields["notify_by"].cards] == ["sms"]
    response = send(as_karim, Draft.objects.get(), notify_by="email")
    assert (list(errors(response)), Case.objects.count()) == (["notify_by"], 0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "يمكن اختيار البريد الإلكتروني بعد تأكيد عنوانكم في «حسابي»."),
        ("en", "E-mail can be chosen once you have confirmed your address in “My account”."),
    ],
)
def test_email_is_offered_only_once_the_address_is_confirmed(
    as_amina: Client, draft: Draft, amina: Citizen, language: str, words: str
) -> None:
    check = CHECK.replace("/ar/", f"/{language}/")
    page = as_amina.get(check)
    assert [card.value for card in page.context["form"].fields["notify_by"].cards] == ["sms", "email"]
    assert words not in page.content.decode()
    Citizen.objects.filter(pk=amina.pk).update(email_confirmed_at=None)
    page = as_amina.get(check)
    assert [card.value for card in page.context["form"].fields["notify_by"].cards] == ["sms"]
    assert words in page.content.decode()
    response = send(as_amina, draft, notify_by="email")
    assert (list(errors(response)), Case.objects.count()) == (["notify_by"], 0)


@pytest.mark.usefixtures("draft")
def test_the_way_a_person_chose_is_offered_first(as_amina: Client, amina: Citizen) -> None:
    assert as_amina.get(CHECK).context["form"].initial["notify_by"] == "sms"
    Citizen.objects.filter(pk=amina.pk).update(notify_by="email")
    assert as_amina.get(CHECK).context["form"].initial["notify_by"] == "email"
    Citizen.objects.filter(pk=amina.pk).update(email_confirmed_at=None)
    assert as_amina.get(CHECK).context["form"].initial["notify_by"] == "sms"


@pytest.mark.usefixtures("omar")
def test_the_identity_is_hidden_when_asked_and_always_where_the_topic_says_so(
    as_amina: Client, make_draft: Callable[..., Draft], conduct: Topic
) -> None:
    send(as_amina, make_draft(), hides_identity="on")
    draft = make_draft(topic=conduct)
    assert "hides_identity" not in as_amina.get(CHECK).content.decode()
    send(as_amina, draft)
    send(as_amina, make_draft(subject="تسرب أمام المدرسة"))
    assert [case.hides_identity for case in Case.objects.order_by("pk")] == [True, True, False]


@pytest.mark.usefixtures("omar")
def test_a_second_press_lands_on_the_receipt_of_the_first(as_amina: Client, draft: Draft) -> None:
    first, second = send(as_amina, draft), send(as_amina, draft)
    assert (first.url, Case.objects.count()) == (second.url, 1)


@pytest.mark.usefixtures("omar")
def test_a_late_press_finds_its_case_although_a_new_draft_was_begun(
    as_amina: Client, make_draft: Callable[..., Draft]
) -> None:
    old = make_draft()
    first = send(as_amina, old)
    new = make_draft(subject="موضوع جديد")
    assert send(as_amina, old).url == first.url
    assert list(Draft.objects.all()) == [new]


@pytest.mark.parametrize("token", ["", "no-token", "\0", "5f19b1ed-7a30-4f43-8da1-d5bd3bee5ab5", "9" * 5000])
def test_a_forged_token_sends_nothing_and_says_so(as_amina: Client, draft: Draft, token: str) -> None:
    response = as_amina.post(CHECK, {"draft": token, "notify_by": "sms"})
    assert (response.status_code, list(errors(response)), Case.objects.count()) == (200, ["draft"], 0)
    assert response.context["form"].errors["draft"][0] in response.content.decode()


@pytest.mark.usefixtures("omar")
def test_the_token_of_another_leads_nowhere(as_amina: Client, as_karim: Client, draft: Draft, karim: Citizen) -> None:
    assert send(as_karim, draft).url == AGENCY
    assert Case.objects.count() == 0
    send(as_amina, draft)
    assert send(as_karim, draft).url == AGENCY


def test_an_incomplete_draft_leads_to_the_step_that_is_missing(
    as_amina: Client, make_draft: Callable[..., Draft]
) -> None:
    draft = make_draft(details="")
    assert as_amina.get(CHECK).url == WHAT
    assert send(as_amina, draft).url == WHAT
    assert "لم يُرسل شيء" in as_amina.get(WHAT).content.decode()
    assert Case.objects.count() == 0


@pytest.mark.parametrize("url", [AGENCY, WHAT, CHECK, "/ar/new/complaint/restart/"])
def test_a_form_without_its_csrf_token_is_refused(amina: Citizen, draft: Draft, url: str) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    response = client.post(url, {"draft": str(draft.pk), "notify_by": "sms", "subject": "x", "details": "y"})
    draft.refresh_from_db()
    assert (response.status_code, draft.subject, Case.objects.count()) == (403, SUBJECT, 0)


@pytest.mark.usefixtures("omar")
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_file_one_case(amina: Citizen, draft: Draft) -> None:
    ready = threading.Barrier(2)
    answers: list[tuple[int, str]] = []

    def press() -> None:
        client = sign_in(Client(), amina)
        ready.wait(timeout=10)
        response = send(client, draft)
        answers.append((response.status_code, response.url))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    receipt = reverse("receipt", kwargs={"ref": Case.objects.get().reference})
    assert answers == [(302, receipt), (302, receipt)]
    assert (Draft.objects.count(), Message.objects.filter(template="case_received").count()) == (0, 1)


@pytest.mark.usefixtures("omar")
@pytest.mark.parametrize("files", [1, 3])
def test_sending_takes_at_most_sixteen_statements(
    as_amina: Client, draft: Draft, now: datetime, files: int, django_assert_max_num_queries
) -> None:
    taken = [uploads.receive(upload(f"{n}.jpg", picture(size=(64 + n, 48))), at=now) for n in range(files)]
    uploads.keep(taken, draft=draft)
    as_amina.get(CHECK)  # the session is written once a minute, not with the press
    with django_assert_max_num_queries(16):
        send(as_amina, draft)
    assert Case.objects.get().attachments.count() == files


def test_errors_speak_the_language_of_the_page(as_amina: Client, draft: Draft) -> None:
    words = {"subject": "", "details": DETAILS, "attachments": [upload("photo.jpg", PROGRAM)]}
    english = as_amina.post("/en/new/complaint/what/", words).content.decode()
    assert "Subject in one line is missing" in english
    assert "was not uploaded: photos, PDF and short videos only" in english


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


@pytest.mark.usefixtures("outage")
def test_strangers_to_filing_are_sent_to_their_own_door(client: Client, as_yusuf: Client) -> None:
    assert client.get(AGENCY).url == f"/ar/sign-in/?next={AGENCY}"
    assert as_yusuf.get(AGENCY).url == reverse("desk")
    with translation.override("en"):
        assert client.get("/en/new/complaint/check/").url.startswith(reverse("sign-in"))
