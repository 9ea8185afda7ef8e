"""The directorate's page by its link: what it shows, how it is kept, and when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import resolve, reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Citizen, User
from agencies.models import Directorate
from complaints.actions import add, close
from complaints.actions.consultations import consult, estimate, find, revoke
from complaints.engine import links
from complaints.models import Case, CaseEvent, Consultation
from complaints.visibility.redaction import Person
from config.logs import request_in_short
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FINDING, FOUND, REQUEST, SIGNATORY
from tests.complaints.cases import attach
from tests.complaints.desk.directorate.forms import GIVEN, WRITTEN, fresh
from tests.complaints.mandates import give_mandate
from tests.complaints.pages import Clock

# ---- what it shows ----


def test_the_page_shows_what_is_asked_and_the_words_without_their_person(
    consultation: Consultation, url: str, client: Client, amina: Citizen, now: datetime
) -> None:
    text = f"أنا {amina.full_name} ورقمي ٩٩٠٢١٠٣٤٥٦ وهاتفي 079 000 1234 و +962790001234"
    add(consultation.case, by=amina.user, at=now, text=text)
    page = client.get(url)
    assertContains(page, REQUEST)
    assertContains(page, DETAILS)
    assert page.context["content"].additions == ["أنا ••• ورقمي ••• وهاتفي ••• و •••"]
    for trace in (amina.first_name, amina.number, amina.phone, "790001234", amina.email):
        assertNotContains(page, trace)
    assert page.context["content"].latest.on == consultation.case.promised_on


def test_whoever_spoke_for_the_citizen_is_not_named_either(
    consultation: Consultation, url: str, client: Client, amina: Citizen, karim: Citizen, now: datetime
) -> None:
    """Neither in a case that the citizen filed alone: whoever speaks for somebody once may sign anywhere."""
    give_mandate(amina, karim, at=now)
    case = consultation.case
    Case.objects.filter(pk=case.pk).update(subject=f"شكوى بقلم {karim.full_name}")
    add(case, by=amina.user, at=now, text=f"كتبها {karim.full_name} عني.")
    page = client.get(url)
    content = page.context["content"]
    assert (content.subject, content.additions) == ("شكوى بقلم •••", ["كتبها ••• عني."])
    assertNotContains(page, karim.family_name)


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
    assert Person.of(person).redact(f"المقدمة {signed} من عمان") == "المقدمة ••• من عمان"
    assert Person.of(person).redact("قرية أمينة") == "قرية أمينة"


def test_the_page_is_kept_nowhere_and_found_nowhere(url: str, client: Client) -> None:
    page = client.get(url)
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("strict-origin", "noindex, nofollow")
    assert "no-store" in page["Cache-Control"]
    assert "sign-in" not in page.content.decode()


def test_opening_the_page_changes_nothing(consultation: Consultation, url: str, client: Client) -> None:
    before = (consultation.case.version, Message.objects.count())
    for method in (client.get, client.head, client.get):
        assert method(url).status_code == 200
    case = Case.objects.get(pk=consultation.case_id)
    assert ((case.version, Message.objects.count()), fresh(consultation).state) == (before, "asked")


def test_the_files_come_under_plain_names_and_only_those_of_the_citizen(
    consultation: Consultation, client: Client, now: datetime
) -> None:
    token = links.token_for(consultation)
    file = attach(consultation.case, now, "أمينة الخطيب.jpg")
    answer = client.get(reverse("directorate-file", args=[token, file.pk]))
    assert (answer.status_code, file.plain_name in answer["Content-Disposition"]) == (200, True)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert b"".join(answer.streaming_content) == b"x"
    other = attach(consultation.case, now, "finding.jpg", consultation=consultation)
    assert client.get(reverse("directorate-file", args=[token, other.pk])).status_code == 404
    revoke(consultation.case, by=consultation.asked_by, at=now)
    assert client.get(reverse("directorate-file", args=[token, file.pk])).status_code == 404


@pytest.mark.parametrize("additions", [1, 3])
def test_the_page_takes_as_many_statements_with_one_row_as_with_three(
    consultation: Consultation, url: str, client: Client, amina: Citizen, now: datetime, additions: int,
    django_assert_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    for number in range(additions):
        add(consultation.case, by=amina.user, at=now, text=f"إضافة رقم {number}")
        attach(consultation.case, now, f"{number}.jpg")
        reason = "تأخر وصول القطع" if number else ""
        estimate(consultation, at=now, number=number + 1, days=number + 2, reason=reason)
    with django_assert_num_queries(8):
        client.get(url)


# ---- what it takes ----


def test_a_form_without_its_token_is_refused(url: str) -> None:
    assert Client(enforce_csrf_checks=True).post(url, WRITTEN).status_code == 403


def test_a_form_from_another_site_is_refused_and_one_of_ours_is_taken(consultation: Consultation, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    token = str(client.get(url).context["csrf_token"])
    assert client.post(url, {**WRITTEN, "csrfmiddlewaretoken": token}, HTTP_ORIGIN="null").status_code == 403
    assert client.post(url, {**WRITTEN, "csrfmiddlewaretoken": token}).status_code == 302
    assert fresh(consultation).state == "found"


def test_a_link_is_not_used_to_flood(url: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "SENT_BY_LINK", links.RateLimit("test", 2, timedelta(hours=1)))
    assert [client.post(url, GIVEN | {"days": "0"}).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get(url).status_code == 200


# ---- when it is over ----


@pytest.mark.parametrize(
    "change", [lambda token: token[:-2], lambda token: f"9{token}", lambda _: "x", lambda _: "1.x", lambda _: "٣.٤"]
)
def test_an_altered_link_opens_nothing_and_says_what_to_do(
    consultation: Consultation, client: Client, change: Callable[[str], str]
) -> None:
    page = client.get(reverse("directorate", args=[change(links.token_for(consultation))]))
    assertContains(page, "This link does not work", status_code=404)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert consultation.case.subject not in page.content.decode()


def test_the_signature_of_something_else_opens_nothing(consultation: Consultation, client: Client) -> None:
    from django.core.signing import Signer

    foreign = Signer(sep=".", salt="accounts.email").sign(str(consultation.pk))
    assert client.get(reverse("directorate", args=[foreign])).status_code == 404


def test_an_expired_link_is_gone_and_keeps_what_was_typed(
    consultation: Consultation, url: str, client: Client, clock: Clock
) -> None:
    clock.at = consultation.expires_at - timedelta(seconds=1)
    assert client.get(url).status_code == 200
    clock.at = consultation.expires_at
    assertContains(client.get(url), "This link has expired", status_code=410)
    page = client.post(url, WRITTEN)
    assertContains(page, FINDING, status_code=410)
    assertNotContains(page, DETAILS, status_code=410)
    assert fresh(consultation).state == "asked"


def test_a_link_taken_back_is_gone(
    consultation: Consultation, url: str, client: Client, omar: User, now: datetime
) -> None:
    revoke(consultation.case, by=omar, at=now)
    assertContains(client.get(url), "The agency cancelled this request", status_code=410)
    assert client.post(url, WRITTEN).status_code == 410
    assert fresh(consultation).finding == ""


def test_after_closing_the_link_is_gone_answered_or_not(
    consultation: Consultation, url: str, client: Client, omar: User, now: datetime
) -> None:
    find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY)
    close(consultation.case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    page = client.get(url)
    assertContains(page, "This case is closed", status_code=410)
    assertNotContains(page, FINDING, status_code=410)
    assert (client.post(url, WRITTEN).status_code, client.post(url, GIVEN).status_code) == (410, 410)
    assert CaseEvent.objects.latest("pk").action == "close"


def test_a_link_signed_with_the_key_before_still_works(consultation: Consultation, client: Client) -> None:
    with override_settings(SECRET_KEY="another-key" * 6, SECRET_KEY_FALLBACKS=[]):
        old = links.token_for(consultation)
        assert client.get(reverse("directorate", args=[old])).status_code == 200
    assert client.get(reverse("directorate", args=[old])).status_code == 404
    with override_settings(SECRET_KEY_FALLBACKS=["another-key" * 6]):
        assert client.get(reverse("directorate", args=[old])).status_code == 200


def test_the_request_goes_to_the_address_of_the_directorate_in_its_language(
    accepted: Case, omar: User, network: Directorate, now: datetime, client: Client
) -> None:
    network.email = "networks@miyahuna.example"
    network.save(update_fields=["email"])
    asked = consult(accepted, by=omar, at=now, directorate=network, text=REQUEST, language="ar")
    letter = Message.objects.get(template="directorate_request")
    assert (letter.address, letter.channel, letter.language, letter.linked) == (network.email, "email", "ar", False)
    assert links.link_url(asked) in letter.body
    assert "/ar/directorate/" in letter.body
    assert REQUEST not in letter.body
    assert "3/2/2026" in letter.body
    revoke(accepted, by=omar, at=now)
    letter.refresh_from_db()
    assert letter.state == "cancelled"


def test_closing_keeps_a_request_that_has_not_left_from_leaving(
    accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    network.email = "networks@miyahuna.example"
    network.save(update_fields=["email"])
    consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert Message.objects.get(template="directorate_request").state == "cancelled"


def test_the_log_holds_no_link(consultation: Consultation, url: str) -> None:
    request = RequestFactory().post(url, WRITTEN)
    request.resolver_match = resolve(url)
    written = request_in_short(None, "error", {"event": f"Internal Server Error: {url}", "request": request})
    assert links.token_for(consultation) not in str(written)
    assert SIGNATORY not in str(written)
