"""The citizen's own cases: home, lists, one case in every state, and what can be said on it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints import actions
from complaints.attachments import uploads
from complaints.case_text.citizen_case import _told_words
from complaints.models import Attachment, Case, RefusalReason
from complaints.workflow import ACTIONS, TRANSITIONS, Action, Outcome, Party, State
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.cases import FileCase
from tests.complaints.sample_files import MEGABYTE, PDF, PROGRAM, picture, upload

ACTS = ("case-add", "case-amend", "case-reply", "case-withdraw")
QUESTION = "هل المياه مقطوعة عن الشارع كله أم عن بنايتكم فقط؟"
MORE = "انقطعت المياه اليوم أيضًا عن الشارع المجاور."


def page(client: Client, case: Case, name: str = "case") -> str:
    response = client.get(url(case, name))
    assert response.status_code == 200
    return response.content.decode()


def url(case: Case, name: str = "case") -> str:
    return reverse(name, kwargs={"ref": case.reference})


def titles(client: Client, case: Case) -> list[str]:
    return [entry.title for entry in client.get(url(case)).context["entries"]]


@pytest.fixture
def asked(accepted: Case, omar: User, now: datetime) -> Case:
    """A case that waits for amina's answer."""
    actions.ask(accepted, by=omar, at=now + timedelta(hours=1), text=QUESTION)
    return accepted


@pytest.fixture
def attachment(referred: Case, now: datetime) -> Attachment:
    """A file of amina's case."""
    attached = uploads.receive(upload("شارع اليرموك ليلًا.jpg"), at=now)
    attached.case = referred
    attached.save(force_insert=True)
    return attached


# ---- who sees what ----


@pytest.mark.parametrize("name", ["case", "receipt", *ACTS])
def test_the_case_of_another_citizen_does_not_exist(as_karim: Client, referred: Case, name: str) -> None:
    assert as_karim.get(url(referred, name)).status_code == 404
    assert as_karim.post(url(referred, name), {"text": MORE}).status_code in {404, 405}
    referred.refresh_from_db()
    assert (referred.version, referred.state) == (1, State.REFERRED)


@pytest.mark.parametrize("name", ["case", "receipt", *ACTS])
def test_a_forged_number_does_not_exist(as_amina: Client, referred: Case, name: str) -> None:
    for forged in ["2600000000", "9999999999", referred.reference[::-1]]:
        assert as_amina.get(reverse(name, kwargs={"ref": forged})).status_code == 404
    for shape in ["26", "٢٦٠٠٠٠٠٠١٢", "abcdefghij", "26000000123", "2600000%00"]:
        assert as_amina.get(f"/ar/cases/{shape}/").status_code in {400, 404}


@pytest.mark.parametrize("name", ["case", "receipt", "cases", *ACTS])
def test_officers_have_a_desk_and_visitors_a_door(client: Client, as_yusuf: Client, referred: Case, name: str) -> None:
    address = reverse(name) if name == "cases" else url(referred, name)
    assert as_yusuf.get(address).url == reverse("desk")
    assert client.get(address).url == f"{reverse('sign-in')}?next={address}"


def test_a_file_is_handed_out_to_its_owner_as_a_download(
    as_amina: Client, referred: Case, attachment: Attachment
) -> None:
    response = as_amina.get(reverse("case-file", kwargs={"ref": referred.reference, "pk": attachment.pk}))
    assert b"".join(response.streaming_content) == Path(attachment.file.path).read_bytes()
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D8%B4%D8%A7%D8%B1%D8%B9%20%D8%A7%D9%84%D9%8A%D8%B1%D9%85%D9%88%D9%83%20"
        "%D9%84%D9%8A%D9%84%D9%8B%D8%A7.jpg"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store, private"


def test_a_file_does_not_exist_for_others_nor_below_another_case(
    as_amina: Client,
    as_karim: Client,
    as_yusuf: Client,
    client: Client,
    referred: Case,
    attachment: Attachment,
    file_case: FileCase,
) -> None:
    own = reverse("case-file", kwargs={"ref": referred.reference, "pk": attachment.pk})
    other = reverse("case-file", kwargs={"ref": file_case().reference, "pk": attachment.pk})
    assert [as_karim.get(own).status_code, as_amina.get(other).status_code] == [404, 404]
    assert as_yusuf.get(own).url == reverse("desk")
    assert client.get(own).status_code == 302


# ---- home and lists ----


def test_the_home_page_offers_a_visitor_four_kinds_and_the_door(client: Client) -> None:
    home = client.get("/ar/").content.decode()
    assert [f'href="/ar/new/{kind}/"' in home for kind in ("complaint", "suggestion", "inquiry", "praise")] == [
        True
    ] * 4
    assert f'href="{reverse("register")}"' in home
    assert "معاملاتي الجارية" not in home


def test_staff_are_sent_to_their_desk(as_yusuf: Client) -> None:
    assert as_yusuf.get("/ar/").url == reverse("desk")


def test_the_home_page_shows_what_waits_and_the_two_newest_open_cases(
    as_amina: Client, asked: Case, file_case: FileCase, karim: Citizen, now: datetime
) -> None:
    newer = [file_case(at=now + timedelta(hours=n), subject=f"موضوع رقم {n}") for n in (2, 3)]
    file_case(citizen=karim, at=now + timedelta(hours=4))
    context = as_amina.get("/ar/").context
    assert context["waiting"] == asked
    assert [line.case for line in context["newest"]] == newer[::-1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_home_page_takes_at_most_six_statements(
    as_amina: Client, asked: Case, file_case: FileCase, count: int, django_assert_max_num_queries
) -> None:
    for _ in range(count):
        file_case()
    as_amina.get("/ar/")
    with django_assert_max_num_queries(6):
        as_amina.get("/ar/")


def test_the_list_has_a_tab_for_open_and_one_for_closed_cases(
    as_amina: Client, closed: Case, file_case: FileCase, karim: Citizen
) -> None:
    still_open = file_case()
    file_case(citizen=karim)
    listed = [as_amina.get(f"/ar/cases/?tab={tab}").context["page"].lines for tab in ("open", "closed")]
    assert [[line.case for line in lines] for lines in listed] == [[still_open], [closed]]


def test_the_pages_of_the_list_follow_each_other_without_a_gap(
    as_amina: Client, file_case: FileCase, now: datetime
) -> None:
    # All in the same second: the key decides.
    made = [file_case(at=now).reference for _ in range(13)]
    first = as_amina.get("/ar/cases/")
    second = as_amina.get("/ar/cases/" + first.context["next_url"])
    shown = [line.case.reference for response in (first, second) for line in response.context["page"].lines]
    assert shown == made[::-1]
    assert (second.context["next_url"], second.context["first_url"]) == ("", "?tab=open")


@pytest.mark.parametrize("after", ["2600000000", "x", "' OR 1=1", "9" * 400])
def test_a_forged_mark_gives_the_first_page(as_amina: Client, referred: Case, after: str) -> None:
    lines = as_amina.get("/ar/cases/", {"after": after}).context["page"].lines
    assert [line.case for line in lines] == [referred]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_statements_for_one_and_three_cases(
    as_amina: Client, file_case: FileCase, count: int, django_assert_num_queries
) -> None:
    for _ in range(count):
        file_case()
    as_amina.get("/ar/cases/")
    with django_assert_num_queries(3):
        as_amina.get("/ar/cases/")


# ---- the case page ----


@pytest.mark.parametrize("count", [1, 3])
def test_the_case_page_takes_ten_statements_whatever_has_happened(
    as_amina: Client, asked: Case, omar: User, amina: Citizen, now: datetime, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        at = now + timedelta(hours=2 + number)
        actions.reply(asked, by=amina.user, at=at, text=MORE)
        attached = uploads.receive(upload(f"{number}.jpg", picture(size=(64 + number, 48))), at=at)
        actions.add(asked, by=amina.user, at=at, text=MORE, attachments=[attached])
        actions.ask(asked, by=omar, at=at, text=QUESTION)
    as_amina.get(url(asked))
    # Two of them say how long the agency's time still stands, which is asked of whoever was asked before.
    with django_assert_num_queries(10):
        context = as_amina.get(url(asked)).context
    assert (len(context["attachments"]), len(context["entries"])) == (count, 3 + 3 * count)
    # A question that was answered is no longer sent, nor is the promise whose date has moved since.
    assert [notice.about for notice in context["notices"]] == ["سؤال إليكم", "وصلت معاملتكم"]


def test_the_promise_follows_the_case_through_every_hand(
    as_amina: Client, triaged: Case, lina: User, omar: User, water: Agency, gam: Agency, now: datetime
) -> None:
    def card() -> tuple[str, str]:
        promise = as_amina.get(url(triaged)).context["promise"]
        return promise.holder, promise.on.isoformat()

    assert card() == ("وحدة إدارة الشكاوى الحكومية", "2026-01-05")
    actions.refer(triaged, by=lina, at=now, agency=water)
    assert card() == ("شركة مياه الأردن", "2026-01-06")
    actions.accept(triaged, by=omar, at=now, days=5)
    assert card() == ("شركة مياه الأردن", "2026-01-11")
    actions.return_case(triaged, by=omar, at=now, reason=RefusalReason.OTHER_PLACE, text=MORE, proposed_agency=gam)
    assert card() == ("وحدة إدارة الشكاوى الحكومية", "2026-01-05")
    actions.archive(triaged, by=lina, at=now, reason=MORE)
    assert as_amina.get(url(triaged)).context["promise"] is None


def test_while_the_citizen_is_asked_no_date_of_a_reply_is_promised(as_amina: Client, asked: Case) -> None:
    promised = "11 كانون الثاني 2026"
    assert [stage.on for stage in as_amina.get(url(asked)).context["stages"]][2:] == [None, None]
    assert promised not in as_amina.get("/ar/cases/").content.decode()


def test_a_late_case_apologises(as_amina: Client, accepted: Case) -> None:
    # The clock of the test stands long before today.
    assert as_amina.get(url(accepted)).context["promise"].is_late
    assert "نعتذر عن التأخر" in page(as_amina, accepted)


def test_a_granted_later_date_stands_beside_the_first(
    as_amina: Client, accepted: Case, omar: User, nadia: User, now: datetime
) -> None:
    assert as_amina.get(url(accepted)).context["promise"].first_on is None
    actions.propose_extension(accepted, by=omar, at=now, days=2, reason="تأخر وصول القطعة من المورد.")
    assert "تأخر وصول القطعة" not in page(as_amina, accepted)
    actions.extend(accepted, by=nadia, at=now)
    promise = as_amina.get(url(accepted)).context["promise"]
    assert (promise.first_on.isoformat(), promise.on.isoformat()) == ("2026-01-11", "2026-01-13")
    assert "تأخر وصول القطعة" in page(as_amina, accepted)


def test_the_history_is_told_newest_first_in_the_citizens_words(
    as_amina: Client, asked: Case, amina: Citizen, omar: User, now: datetime
) -> None:
    actions.reply(asked, by=amina.user, at=now + timedelta(hours=2), text=MORE)
    actions.close(asked, by=omar, at=now + timedelta(hours=3), outcome=Outcome.SOLVED, found=FOUND, done=DONE)
    assert titles(as_amina, asked) == [
        "صدر الرد من شركة مياه الأردن",
        "أجبتم عن السؤال",
        "سؤال من شركة مياه الأردن",
        "تأكد الاختصاص لدى شركة مياه الأردن",
        "أرسلتم الشكوى",
    ]
    shown = page(as_amina, asked)
    assert all(text in shown for text in [QUESTION, MORE, FOUND, DONE])


def test_each_verb_of_the_table_is_told_or_has_a_reason_not_to_be() -> None:

    told = {action for action, rule in ACTIONS.items() if rule.timeline is not None}
    assert set(TRANSITIONS) <= told
    # The rest is the work of the desk among itself, and of the clock.
    assert told - set(TRANSITIONS) == {Action.AMEND, Action.ADD, Action.ESCALATE, Action.RECALCULATE}


def test_a_referral_names_the_agency_it_went_to(
    as_amina: Client, referred: Case, lina: User, yusuf: User, gam: Agency, water: Agency, now: datetime
) -> None:
    actions.refer(referred, by=lina, at=now, agency=gam)
    actions.decline(referred, by=yusuf, at=now, reason=RefusalReason.OTHER_AGENCY, text=MORE, proposed_agency=water)
    actions.refer(referred, by=lina, at=now, agency=water)
    assert titles(as_amina, referred)[:3] == [
        "انتقلت إلى شركة مياه الأردن",
        "الموضوع ليس من اختصاص أمانة عمان الكبرى",
        "انتقلت إلى أمانة عمان الكبرى",
    ]


def test_an_answer_waits_for_its_second_signature_unseen(
    as_amina: Client, file_case: FileCase, conduct: Topic, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(topic=conduct)
    actions.accept(case, by=omar, at=now, days=5)
    actions.close(case, by=omar, at=now, outcome=Outcome.SOLVED, found=FOUND, done=DONE)
    assert FOUND not in page(as_amina, case)
    actions.sign(case, by=nadia, at=now)
    assert as_amina.get(url(case)).context["answer"].found == FOUND


def test_an_answer_taken_back_is_no_longer_read(as_amina: Client, closed: Case, omar: User, now: datetime) -> None:
    actions.correct(closed, by=omar, at=now + timedelta(minutes=2))
    assert as_amina.get(url(closed)).context["answer"] is None
    assert FOUND not in page(as_amina, closed)


def test_what_a_citizen_wrote_is_shown_as_text(as_amina: Client, file_case: FileCase) -> None:
    shown = page(as_amina, file_case(subject="<script>alert(1)</script>", details="<img src=x onerror=alert(1)>"))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<img src=x" not in shown


def test_the_messages_say_what_became_of_them(as_amina: Client, closed: Case) -> None:
    notices = as_amina.get(url(closed)).context["notices"]
    assert {(notice.about, notice.way, notice.fate.word) for notice in notices} == {
        ("صدر الرد", "رسالة نصية", "تنتظر"),
        ("وصلت معاملتكم", "رسالة نصية", "تنتظر"),
    }


def test_every_message_to_a_citizen_has_words_on_the_page() -> None:
    owed = {tell.template for row in TRANSITIONS.values() for tell in row.tells if tell.party == Party.CITIZEN}
    assert owed <= set(_told_words())


# ---- what can be said ----


def test_an_answer_to_the_question_sends_the_case_on(as_amina: Client, asked: Case) -> None:
    assert QUESTION in page(as_amina, asked, "case-reply")
    assert as_amina.post(url(asked, "case-reply"), {"text": MORE}).url == url(asked)
    asked.refresh_from_db()
    assert (asked.state, asked.questions.get().reply) == (State.IN_PROGRESS, MORE)


def test_a_second_answer_is_told_that_it_came_too_late_and_keeps_its_words(as_amina: Client, asked: Case) -> None:
    as_amina.post(url(asked, "case-reply"), {"text": MORE})
    response = as_amina.post(url(asked, "case-reply"), {"text": "جواب ثانٍ"})
    assert (response.status_code, asked.questions.get().reply) == (409, MORE)
    assert "جواب ثانٍ" in response.content.decode()
    assert as_amina.get(url(asked, "case-reply")).url == url(asked)


@pytest.mark.parametrize("typed", ["", "   ", "م" * 5000, "مياه\0"])
@pytest.mark.parametrize("name", ["case-reply", "case-add"])
def test_an_empty_or_impossible_text_is_refused_beside_its_field(
    as_amina: Client, asked: Case, name: str, typed: str
) -> None:
    version = asked.version
    response = as_amina.post(url(asked, name), {"text": typed})
    asked.refresh_from_db()
    assert (response.status_code, list(response.context["form"].errors), asked.version) == (200, ["text"], version)


def test_information_is_added_with_files(as_amina: Client, accepted: Case) -> None:
    files = [upload("عداد.jpg"), upload("كتاب.pdf", PDF)]
    assert as_amina.post(url(accepted, "case-add"), {"text": MORE, "attachments": files}).url == url(accepted)
    assert accepted.additions.get().text == MORE
    assert [attachment.name for attachment in accepted.attachments.all()] == ["عداد.jpg", "كتاب.pdf"]


def test_a_bad_file_stops_the_addition_and_names_itself(as_amina: Client, accepted: Case) -> None:
    huge = upload("huge.jpg", picture() + b"\0" * 11 * MEGABYTE)
    response = as_amina.post(
        url(accepted, "case-add"), {"text": MORE, "attachments": [upload("a.jpg"), huge, upload("b.jpg", PROGRAM)]}
    )
    assert len(response.context["form"].errors["attachments"]) == 2
    assert MORE in response.content.decode()
    assert (accepted.additions.count(), accepted.attachments.count()) == (0, 0)


def test_a_case_carries_ten_files_and_no_more(as_amina: Client, accepted: Case) -> None:
    files = [upload(f"{n}.jpg", picture(size=(64 + n, 48))) for n in range(10)]
    as_amina.post(url(accepted, "case-add"), {"text": MORE, "attachments": files})
    response = as_amina.post(
        url(accepted, "case-add"), {"text": MORE, "attachments": [upload("x.png", picture("PNG"))]}
    )
    assert (list(response.context["form"].errors), accepted.attachments.count()) == (["attachments"], 10)


def test_nothing_is_added_to_a_closed_case(as_amina: Client, closed: Case) -> None:
    assert as_amina.get(url(closed, "case-add")).url == url(closed)
    response = as_amina.post(url(closed, "case-add"), {"text": MORE})
    assert (response.status_code, closed.additions.count()) == (409, 0)
    assert MORE in response.content.decode()


def test_words_can_be_corrected_until_they_are_accepted(
    as_amina: Client, referred: Case, omar: User, now: datetime
) -> None:
    assert DETAILS in page(as_amina, referred, "case-amend")
    words = {"subject": "موضوع مصحح", "details": "تفاصيل مصححة", "area": "حي نزال", "place": ""}
    assert as_amina.post(url(referred, "case-amend"), words).url == url(referred)
    referred.refresh_from_db()
    assert (referred.subject, referred.area, referred.revisions.get().subject) == ("موضوع مصحح", "حي نزال", SUBJECT)
    actions.accept(referred, by=omar, at=now, days=3)
    assert as_amina.get(url(referred, "case-amend")).url == url(referred)
    response = as_amina.post(url(referred, "case-amend"), words | {"subject": "متأخر"})
    referred.refresh_from_db()
    assert (response.status_code, referred.subject) == (409, "موضوع مصحح")


@pytest.mark.parametrize(
    ("field", "typed"), [("subject", ""), ("subject", "م" * 200), ("details", "م" * 5000), ("details", "\0")]
)
def test_a_bad_correction_changes_nothing(as_amina: Client, referred: Case, field: str, typed: str) -> None:
    response = as_amina.post(url(referred, "case-amend"), {"subject": "x", "details": "y", field: typed})
    referred.refresh_from_db()
    assert (list(response.context["form"].errors), referred.subject) == ([field], SUBJECT)


def test_withdrawing_asks_first_and_is_for_good(as_amina: Client, referred: Case) -> None:
    assert "هل تريدون سحب الشكوى؟" in page(as_amina, referred, "case-withdraw")
    referred.refresh_from_db()
    assert referred.state == State.REFERRED
    assert as_amina.post(url(referred, "case-withdraw")).url == url(referred)
    referred.refresh_from_db()
    assert (referred.state, referred.outcome) == (State.CLOSED, Outcome.WITHDRAWN)
    assert as_amina.get(url(referred, "case-withdraw")).url == url(referred)
    assert as_amina.post(url(referred, "case-withdraw")).status_code == 409


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("referred", {"case-add", "case-amend", "case-withdraw"}),
        ("accepted", {"case-add", "case-withdraw"}),
        ("asked", {"case-add", "case-reply", "case-withdraw"}),
        ("closed", set()),
    ],
)
def test_the_page_offers_what_can_be_done_and_nothing_else(
    as_amina: Client, request, state: str, offered: set[str]
) -> None:
    case = request.getfixturevalue(state)
    shown = page(as_amina, case)
    assert {name for name in ACTS if f'"{url(case, name)}"' in shown} == offered


@pytest.mark.parametrize("name", ACTS)
def test_an_act_without_its_csrf_token_is_refused(amina: Citizen, asked: Case, name: str) -> None:
    from tests.cast import sign_in

    version = asked.version
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    assert client.post(url(asked, name), {"text": MORE}).status_code == 403
    asked.refresh_from_db()
    assert asked.version == version


def test_the_pages_of_a_case_are_kept_by_no_browser(as_amina: Client, referred: Case) -> None:
    assert as_amina.get(url(referred)).headers["Cache-Control"] == "no-store, private"


def test_a_case_filed_by_telephone_says_so(as_amina: Client, file_case: FileCase, sami: User) -> None:
    assert titles(as_amina, file_case(by=sami)) == ["سجّلنا شكواكم هاتفيًا"]


def test_every_promise_is_in_the_future_when_it_is_made(as_amina: Client, file_case: Callable[..., Case]) -> None:
    case = file_case(at=timezone.now())
    promise = as_amina.get(url(case)).context["promise"]
    assert promise.on > timezone.localdate()
    assert not promise.is_late
