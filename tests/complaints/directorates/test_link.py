"""The directorate's page by its link: what it shows, what it takes, and when it is over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client, RequestFactory, override_settings
from django.urls import resolve, reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Citizen, User
from agencies.models import Directorate
from complaints.actions import add, close
from complaints.actions.consultations import consult, estimate, find, revoke
from complaints.engine import signed_links
from complaints.models import Attachment, Case, CaseEvent, Consultation
from complaints.visibility.redaction import without_person
from config.logs import request_in_short
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.citizen.samples import PDF, PROGRAM, picture
from tests.complaints.desk.conftest import Clock, Desk, address
from tests.complaints.directorates.conftest import ASKED, FINDING, WRITER, attach

GIVEN = {"time": "1", "number": "1", "days": "3"}
WRITTEN = {"answer": "1", "finding": FINDING, "signed_as": WRITER}


@pytest.fixture
def url(asked: Consultation) -> str:
    return reverse("directorate", args=[signed_links.token_for(asked)])


def fresh(asked: Consultation) -> Consultation:
    return Consultation.objects.get(pk=asked.pk)


# ---- what it shows ----


def test_the_page_shows_what_is_asked_and_the_words_without_their_person(
    asked: Consultation, url: str, client: Client, amina: Citizen, now: datetime
) -> None:
    text = f"أنا {amina.full_name} ورقمي ٩٩٠٢١٠٣٤٥٦ وهاتفي 079 000 1234 و +962790001234"
    add(asked.case, by=amina.user, at=now, text=text)
    page = client.get(url)
    assertContains(page, ASKED)
    assertContains(page, DETAILS)
    assert page.context["sheet"].additions == ["أنا ••• ورقمي ••• وهاتفي ••• و •••"]
    for trace in (amina.first_name, amina.number, amina.phone, "790001234", amina.email):
        assertNotContains(page, trace)
    assert page.context["sheet"].latest.on == asked.case.promised_on


@pytest.mark.parametrize(
    "signed",
    [
        *("امينه الخطيب", "أمينةالخطيب", "أَمِينة الخطيب", "أمينـــة\nالخطيب", "امينة محمود", "أمينة محمود الخطيب"),
        *("أمينة بنت محمود", "أمينة خطيب", "الخطيب، أمينة", "محمود الخطيب", "أمينة \u200f\u2067الخطيب\u2069"),
        *("ﺃﻣﻴﻨﺔ ﺍﻟﺨﻄﻴﺐ", "ا\u0654مينة الخطيب", "أمينة\u2060 الخطيب"),
    ],
)
def test_a_name_is_covered_however_it_is_spelt(signed: str) -> None:
    person = Citizen(first_name="أمينة", father_name="محمود", family_name="الخطيب", phone="+962790001234")
    assert without_person(f"المقدمة {signed} من عمان", person) == "المقدمة ••• من عمان"
    assert without_person("قرية أمينة", person) == "قرية أمينة"


def test_the_page_is_kept_nowhere_and_found_nowhere(url: str, client: Client) -> None:
    page = client.get(url)
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("strict-origin", "noindex, nofollow")
    assert "no-store" in page["Cache-Control"]
    assert "sign-in" not in page.content.decode()


def test_opening_the_page_changes_nothing(asked: Consultation, url: str, client: Client) -> None:
    before = (asked.case.version, Message.objects.count())
    for method in (client.get, client.head, client.get):
        assert method(url).status_code == 200
    case = Case.objects.get(pk=asked.case_id)
    assert ((case.version, Message.objects.count()), fresh(asked).state) == (before, "asked")


def test_the_files_come_under_plain_names_and_only_those_of_the_citizen(
    asked: Consultation, client: Client, now: datetime
) -> None:
    token = signed_links.token_for(asked)
    file = attach(asked.case, now, "أمينة الخطيب.jpg")
    answer = client.get(reverse("directorate-file", args=[token, file.pk]))
    assert (answer.status_code, file.plain_name in answer["Content-Disposition"]) == (200, True)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert b"".join(answer.streaming_content) == b"x"
    other = attach(asked.case, now, "finding.jpg", consultation=asked)
    assert client.get(reverse("directorate-file", args=[token, other.pk])).status_code == 404
    revoke(asked.case, by=asked.asked_by, at=now)
    assert client.get(reverse("directorate-file", args=[token, file.pk])).status_code == 404


@pytest.mark.parametrize("additions", [1, 3])
def test_the_page_takes_as_many_statements_with_one_row_as_with_three(
    asked: Consultation, url: str, client: Client, amina: Citizen, now: datetime, additions: int,
    django_assert_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    for number in range(additions):
        add(asked.case, by=amina.user, at=now, text=f"إضافة رقم {number}")
        attach(asked.case, now, f"{number}.jpg")
        reason = "تأخر وصول القطع" if number else ""
        estimate(asked, at=now, number=number + 1, days=number + 2, reason=reason)
    with django_assert_num_queries(7):
        client.get(url)


# ---- what it takes ----


def test_a_time_is_given_shown_with_its_day_and_changed_only_with_a_reason(
    asked: Consultation, url: str, client: Client
) -> None:
    assert client.post(url, GIVEN).status_code == 302
    page = client.get(url)
    assertContains(page, "3 working days")
    assertContains(page, "7 January 2026")
    again = client.post(url, {"time": "1", "number": "2", "days": "9", "reason": ""})
    assert (again.status_code, again.context["form"].errors) == (
        200,
        {"reason": ["Write why you need another time"]},
    )
    assert again.context["time"]["days"].value() == "9"
    client.post(url, {"time": "1", "number": "2", "days": "9", "reason": "القطعة غير متوفرة"})
    page = client.get(url)
    assert [one.days for one in page.context["sheet"].times] == [3, 9]
    assertContains(page, "Your time ends after the last day for the answer.")


def test_pressing_twice_gives_one_time(asked: Consultation, url: str, client: Client) -> None:
    assert [client.post(url, GIVEN).status_code for _ in range(2)] == [302, 302]
    assert CaseEvent.objects.filter(action="estimate").count() == 1


def test_a_colleague_who_was_first_leaves_the_typed_time_on_the_page(
    asked: Consultation, url: str, client: Client, now: datetime
) -> None:
    estimate(asked, at=now, number=1, days=2)
    page = client.post(url, GIVEN)
    assert (page.status_code, page.context["time"]["days"].value(), page.context["time"]["number"].value()) == (
        409,
        3,
        2,
    )
    assertContains(page, "Somebody of your directorate gave another time meanwhile", status_code=409)
    assert fresh(asked).days == 2


@pytest.mark.parametrize("days", ["", "0", "91", "-1", "1.5", "ثلاثة", "9" * 400])
def test_nonsense_is_no_time(asked: Consultation, url: str, client: Client, days: str) -> None:
    page = client.post(url, GIVEN | {"days": days})
    assert (page.status_code, list(page.context["form"].errors), fresh(asked).days) == (200, ["days"], None)


@pytest.mark.parametrize("number", ["", "0", "x", "99999999999999999999"])
def test_a_time_without_its_number_is_not_taken(asked: Consultation, url: str, client: Client, number: str) -> None:
    page = client.post(url, GIVEN | {"number": number, "reason": "سبب طويل بما يكفي"})
    assert (page.status_code, "number" in page.context["form"].errors, fresh(asked).days) == (200, True, None)


def test_a_finding_with_files_ends_the_request_and_is_thanked(asked: Consultation, url: str, client: Client) -> None:
    files = [SimpleUploadedFile("الموقع.jpg", picture()), SimpleUploadedFile("محضر.pdf", PDF)]
    assert client.post(url, {**WRITTEN, "attachments": files}).status_code == 302
    page = client.get(url)
    assertContains(page, "Thank you, your finding has arrived")
    assertContains(page, FINDING)
    assertNotContains(page, DETAILS)
    assert (fresh(asked).state, fresh(asked).signed_as) == ("found", WRITER)
    assert [one.name for one in fresh(asked).attachments.all()] == ["الموقع.jpg", "محضر.pdf"]
    assert CaseEvent.objects.get(action="find").facts["files"] == 2


def test_a_finding_that_lacks_something_keeps_what_was_typed_and_stores_nothing(
    asked: Consultation, url: str, client: Client
) -> None:
    page = client.post(url, {**WRITTEN, "signed_as": "", "attachments": [SimpleUploadedFile("a.jpg", picture())]})
    assert (page.status_code, page.context["form"].errors) == (
        200,
        {
            "signed_as": ["Your name and position is missing"],
            "attachments": ["Choose your files again: they were not kept"],
        },
    )
    assertContains(page, FINDING)
    assert not Attachment.objects.exists()


def test_a_file_that_cannot_be_taken_says_why(asked: Consultation, url: str, client: Client) -> None:
    page = client.post(url, {**WRITTEN, "attachments": [SimpleUploadedFile("virus.exe", PROGRAM)]})
    assert (page.status_code, list(page.context["form"].errors), fresh(asked).state) == (200, ["attachments"], "asked")


def test_pressing_twice_sends_one_finding_and_another_one_is_kept_for_its_writer(
    asked: Consultation, url: str, client: Client
) -> None:
    assert [client.post(url, WRITTEN).status_code for _ in range(2)] == [302, 302]
    page = client.post(url, WRITTEN | {"finding": "نتيجة أخرى من زميل"})
    assertContains(page, "Somebody of your directorate has answered already", status_code=409)
    assertContains(page, "نتيجة أخرى من زميل", status_code=409)
    late = client.post(url, GIVEN)
    assert (late.status_code, CaseEvent.objects.filter(action="find").count()) == (409, 1)


def test_a_form_without_its_token_is_refused(url: str) -> None:
    assert Client(enforce_csrf_checks=True).post(url, WRITTEN).status_code == 403


def test_a_form_from_another_site_is_refused_and_one_of_ours_is_taken(asked: Consultation, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    token = str(client.get(url).context["csrf_token"])
    assert client.post(url, {**WRITTEN, "csrfmiddlewaretoken": token}, HTTP_ORIGIN="null").status_code == 403
    assert client.post(url, {**WRITTEN, "csrfmiddlewaretoken": token}).status_code == 302
    assert fresh(asked).state == "found"


def test_a_link_is_not_used_to_flood(url: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_links, "SENT_BY_LINK", signed_links.RateLimit("test", 2, timedelta(hours=1)))
    assert [client.post(url, GIVEN | {"days": "0"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(url).status_code == 200


# ---- when it is over ----


@pytest.mark.parametrize(
    "change", [lambda token: token[:-2], lambda token: f"9{token}", lambda _: "x", lambda _: "1.x", lambda _: "٣.٤"]
)
def test_an_altered_link_opens_nothing_and_says_what_to_do(
    asked: Consultation, client: Client, change: Callable[[str], str]
) -> None:
    page = client.get(reverse("directorate", args=[change(signed_links.token_for(asked))]))
    assertContains(page, "This link does not work", status_code=404)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert asked.case.subject not in page.content.decode()


def test_the_signature_of_something_else_opens_nothing(asked: Consultation, client: Client) -> None:
    from django.core.signing import Signer

    foreign = Signer(sep=".", salt="accounts.email").sign(str(asked.pk))
    assert client.get(reverse("directorate", args=[foreign])).status_code == 404


def test_an_expired_link_is_gone_and_keeps_what_was_typed(
    asked: Consultation, url: str, client: Client, clock: Clock
) -> None:
    clock.at = asked.expires_at - timedelta(seconds=1)
    assert client.get(url).status_code == 200
    clock.at = asked.expires_at
    assertContains(client.get(url), "This link has expired", status_code=410)
    page = client.post(url, WRITTEN)
    assertContains(page, FINDING, status_code=410)
    assertNotContains(page, DETAILS, status_code=410)
    assert fresh(asked).state == "asked"


def test_a_link_taken_back_is_gone(asked: Consultation, url: str, client: Client, omar: User, now: datetime) -> None:
    revoke(asked.case, by=omar, at=now)
    assertContains(client.get(url), "The agency took this request back", status_code=410)
    assert client.post(url, WRITTEN).status_code == 410
    assert fresh(asked).finding == ""


def test_after_closing_the_link_is_gone_answered_or_not(
    asked: Consultation, url: str, client: Client, omar: User, now: datetime
) -> None:
    find(asked, at=now, finding=FINDING, signed_as=WRITER)
    close(asked.case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    page = client.get(url)
    assertContains(page, "This case is closed", status_code=410)
    assertNotContains(page, FINDING, status_code=410)
    assert (client.post(url, WRITTEN).status_code, client.post(url, GIVEN).status_code) == (410, 410)
    assert CaseEvent.objects.latest("pk").action == "close"


def test_a_link_signed_with_the_key_before_still_works(asked: Consultation, client: Client) -> None:
    with override_settings(SECRET_KEY="another-key" * 6, SECRET_KEY_FALLBACKS=[]):
        old = signed_links.token_for(asked)
        assert client.get(reverse("directorate", args=[old])).status_code == 200
    assert client.get(reverse("directorate", args=[old])).status_code == 404
    with override_settings(SECRET_KEY_FALLBACKS=["another-key" * 6]):
        assert client.get(reverse("directorate", args=[old])).status_code == 200


def test_the_request_goes_to_the_address_of_the_directorate_in_its_language(
    accepted: Case, omar: User, network: Directorate, now: datetime, client: Client
) -> None:
    network.email = "networks@miyahuna.example"
    network.save(update_fields=["email"])
    asked = consult(accepted, by=omar, at=now, directorate=network, text=ASKED, language="ar")
    letter = Message.objects.get(template="directorate_request")
    assert (letter.address, letter.channel, letter.language, letter.linked) == (network.email, "email", "ar", False)
    assert signed_links.link_url(asked) in letter.body
    assert "/ar/directorate/" in letter.body
    assert ASKED not in letter.body
    assert "3/2/2026" in letter.body
    revoke(accepted, by=omar, at=now)
    letter.refresh_from_db()
    assert letter.state == "cancelled"


def test_closing_keeps_a_request_that_has_not_left_from_leaving(
    accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    network.email = "networks@miyahuna.example"
    network.save(update_fields=["email"])
    consult(accepted, by=omar, at=now, directorate=network, text=ASKED)
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert Message.objects.get(template="directorate_request").state == "cancelled"


def test_the_log_holds_no_link(asked: Consultation, url: str) -> None:
    request = RequestFactory().post(url, WRITTEN)
    request.resolver_match = resolve(url)
    written = request_in_short(None, "error", {"event": f"Internal Server Error: {url}", "request": request})
    assert signed_links.token_for(asked) not in str(written)
    assert WRITER not in str(written)


# ---- two at once ----


@pytest.mark.django_db(transaction=True)
def test_two_findings_at_once_leave_one(asked: Consultation, url: str) -> None:
    texts = [FINDING, "نتيجة أخرى كتبها زميل في اللحظة نفسها"]
    barrier = Barrier(2)

    def send(text: str) -> int:
        try:
            barrier.wait()
            return Client().post(url, WRITTEN | {"finding": text}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(send, texts))
    assert sorted(statuses) == [302, 409]
    assert fresh(asked).finding == texts[statuses.index(302)]
    assert CaseEvent.objects.filter(action="find").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_finding_and_a_closing_at_once_end_one_after_the_other(asked: Consultation, url: str, omar: User) -> None:
    barrier, mine, at = Barrier(2), Case.objects.get(pk=asked.case_id), asked.asked_at

    def shut() -> int:
        try:
            barrier.wait()
            close(mine, by=omar, at=at, outcome="solved", found=FOUND, done=DONE)
            return 302
        finally:
            connections.close_all()

    def send() -> int:
        try:
            barrier.wait()
            return Client().post(url, WRITTEN).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        done = [future.result() for future in (pool.submit(shut), pool.submit(send))]
    assert done[0] == 302
    assert done[1] in {302, 410}
    assert fresh(asked).state == ("found" if done[1] == 302 else "revoked")
    assert not asked.case.holdings.filter(ended_at__isnull=True).exists()


# ---- whose hands the link went through ----


def test_the_history_says_that_an_officer_passed_the_link_on(
    asked: Consultation, url: str, client: Client, desk: Desk, omar: User, nadia: User
) -> None:
    for typed in (GIVEN, WRITTEN):
        assert client.post(url, typed).status_code == 302
    events = asked.case.events.order_by("number")
    assert [event.facts.get("handed") for event in events if event.action in {"consult", "estimate", "find"}] == [
        "officer"
    ] * 3
    page = desk(nadia).get(address("desk-case", asked.case))
    said = "through the link that Omar Smadi passed on to the directorate"
    assert [deed.by for deed in page.context["file"].history[:2]] == [said, said]
    stale = desk(nadia).post(address("desk-note", asked.case), {"version": 1, "send": "1", "text": "ملاحظة قصيرة"})
    assert (stale.status_code, stale.context["first"].by) == (409, said)


def test_a_link_that_went_by_mail_is_the_directorates_own(
    accepted: Case, network: Directorate, omar: User, client: Client, desk: Desk, now: datetime
) -> None:
    network.email = "network@miyahuna.example"
    network.save(update_fields=["email"])
    mailed = consult(accepted, by=omar, at=now, directorate=network, text=ASKED)
    client.post(reverse("directorate", args=[signed_links.token_for(mailed)]), WRITTEN)
    page = desk(omar).get(address("desk-case", accepted))
    assert page.context["file"].history[0].by == "the directorate"
    assert CaseEvent.objects.get(action="find").facts["handed"] == "email"


def test_an_address_given_later_does_not_undo_that_the_link_was_shown(
    asked: Consultation, url: str, client: Client, network: Directorate
) -> None:
    network.email = "network@miyahuna.example"
    network.save(update_fields=["email"])
    client.post(url, WRITTEN)
    assert CaseEvent.objects.get(action="find").facts["handed"] == "officer"


@pytest.mark.parametrize("who", ["omar", "nadia", "lina"])
def test_who_is_signed_in_at_the_desk_that_asks_reads_the_page_and_does_not_answer(
    asked: Consultation, url: str, desk: Desk, who: str, request: pytest.FixtureRequest
) -> None:
    person = desk(request.getfixturevalue(who))
    assertContains(person.get(url), "You can read this page and not answer here")
    assert person.post(url, GIVEN).status_code == 409
    assertContains(person.post(url, WRITTEN), FINDING, status_code=409)
    assert (fresh(asked).state, CaseEvent.objects.filter(actor=None).count()) == ("asked", 0)


def test_another_session_in_the_browser_hinders_no_directorate(
    asked: Consultation, url: str, desk: Desk, yusuf: User
) -> None:
    page = desk(yusuf).get(url)
    assertNotContains(page, "not answer here")
    assert desk(yusuf).post(url, WRITTEN).status_code == 302
    assert fresh(asked).state == "found"
