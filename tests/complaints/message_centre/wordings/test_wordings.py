"""The pages on which the unit reads and changes the words of messages."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Citizen, User
from complaints.actions import ask, close
from complaints.message_centre import wordings
from complaints.message_centre.wordings import WordingForm
from complaints.models import Case
from notifications.models import Message, WordingEdition
from notifications.wordings import ARABIC, ENGLISH, LANGUAGES, TEMPLATES, WORDINGS, editions, proofreading
from notifications.wordings.sms import size
from tests.cast import let_in, sign_in
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.cases import FileCase

OURS = "جاء الرد على {kind} {ref}. اقرؤوه: {link}"
DOTS = "·\N{LEFT-TO-RIGHT MARK}"
SCRIPT = django_settings.BASE_DIR / "static/js/words.js"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let pages be asked for in English, whose sentences the tests quote."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _short_host(settings: Any) -> None:
    """Print the links the built-in words were counted with."""
    settings.SHORT_HOST = "bk.gov.jo"


@pytest.fixture
def unit(lina: User) -> Client:
    """A browser in which lina is signed in."""
    return sign_in(Client(), lina)


def address(template: str = "case_answered", language: str = "ar") -> str:
    return reverse("wording", args=[template, language])


def typed(template: str = "case_answered", language: str = "ar", **changes: object) -> dict[str, object]:
    """Return what the form sends with the built-in words but for some changes."""
    words = WORDINGS[language][template]
    return {"seen": "0", "sms": words.sms, "subject": words.subject, "text": words.text} | changes


def test_the_pages_are_the_units_alone(omar: User, nadia: User, sami: User, amina: Citizen, lina: User) -> None:
    pages = [reverse("wordings"), address()]
    for person, expected in ((omar, 404), (nadia, 404), (sami, 404), (amina, 404), (lina, 200)):
        client = sign_in(Client(), person)
        assert [client.get(page).status_code for page in pages] == [expected, expected]
        answer = client.post(address(), typed(sms="x", save="1"))
        assert answer.status_code == expected
    nobody = Client()
    assert [nobody.get(page).status_code for page in pages] == [302, 302]
    assert nobody.post(address(), typed(sms=OURS, save="1"))["Location"].startswith("/en/staff/sign-in/")
    assert WordingEdition.objects.count() == 0


@pytest.mark.parametrize(("template", "language"), [("case_forgotten", "ar"), ("case_answered", "fr"), ("CODE", "en")])
def test_a_message_that_does_not_exist_has_no_page(unit: Client, template: str, language: str) -> None:
    assert unit.get(address(template, language)).status_code == 404
    assert unit.post(address(template, language), typed(save="1")).status_code == 404


def test_every_message_stands_in_one_group_with_both_languages(unit: Client) -> None:
    groups = unit.get(reverse("wordings")).context["groups"]
    listed = [(row.template, [state.language for state in row.states]) for group in groups for row in group.rows]
    assert sorted(listed) == sorted((template, ["ar", "en"]) for template in TEMPLATES)
    assert {group.key: group.rows[0].template for group in groups} == {
        "case": "case_received",
        "account": "code",
        "staff": "officer_new_case",
    }


def test_the_list_says_who_wrote_words_and_when(unit: Client, lina: User, now: datetime) -> None:
    words = ARABIC["case_answered"]
    editions.save("case_answered", "ar", sms=OURS, subject=words.subject, text=words.text, by=f"user:{lina.pk}", at=now)
    page = unit.get(reverse("wordings"))
    states = [state for group in page.context["groups"] for row in group.rows for state in row.states]
    edited = [(state.template, state.language, state.editor) for state in states if not state.is_built_in]
    assert edited == [("case_answered", "ar", str(lina))]
    assert "4 January 2026" in page.content.decode()


def test_three_editions_cost_the_list_what_one_does(unit: Client, lina: User, now: datetime) -> None:
    def statements() -> int:
        unit.get(reverse("wordings"))
        with CaptureQueriesContext(connection) as asked:
            unit.get(reverse("wordings"))
        return len(asked)

    counts = []
    for template in ("case_withdrawn", "case_archived", "case_dismissed"):
        words = ARABIC[template]
        editions.save(
            template,
            "ar",
            sms=words.sms,
            subject=words.subject,
            text=f"{words.text} شكرًا.",
            by=f"user:{lina.pk}",
            at=now,
        )
        counts.append(statements())
    assert len(set(counts)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_opened_and_shown(unit: Client, lina: User, language: str) -> None:
    faults = {template: _fault(unit, lina, template, language) for template in TEMPLATES}
    assert {template: fault for template, fault in faults.items() if fault} == {}
    again = unit.post(address("case_accepted", language), typed("case_accepted", language, show="1"))
    shown = unit.get(address("case_accepted", language)).context["preview"]
    assert (again.status_code, again.context["form"].errors, again.context["preview"]) == (200, {}, shown)


def _fault(unit: Client, lina: User, template: str, language: str) -> str:
    """Return what is wrong with the page of one message, and with its form and preview when its words are sent."""
    page = unit.get(address(template, language))
    form = WordingForm(
        typed(template, language), template=template, language=language, wording=WORDINGS[language][template]
    )
    is_accepted = form.is_valid()
    preview = wordings.wording_preview(template, language, form.wording, user=lina, at=timezone.now())
    has_sms = bool(WORDINGS[language][template].sms)
    holds = {
        "opens": page.status_code == 200,
        "is accepted": is_accepted,
        "shows the same": page.context["preview"] == preview,
        "shows an SMS where there is one": bool(page.context["preview"].sms) == has_sms,
        "asks for an SMS where there is one": ("sms" in page.context["form"].fields) == has_sms,
    }
    return ", ".join(what for what, is_so in holds.items() if not is_so)


class TestShowing:
    """The preview is made of the newest real case, and saves nothing."""

    def test_the_words_are_shown_on_the_newest_case(self, unit: Client, file_case: FileCase) -> None:
        file_case()
        newest = file_case()
        page = unit.post(address(), typed(sms=OURS, show="1"))
        shown = page.context["preview"]
        assert shown.sms == f"جاء الرد على شكوى {newest.reference}. اقرؤوه: bk.gov.jo/r/{DOTS * 6}"
        assert shown.email.body.split("\n\n")[:2] == [
            f"صدر الرد على الشكوى رقم {newest.reference}. تقرؤونه من هنا:",
            f"{django_settings.PUBLIC_URL}/r/{DOTS * 6}",
        ]
        assert (shown.reference, WordingEdition.objects.count()) == (newest.reference, 0)

    def test_an_agency_and_a_date_are_the_cases_own(self, unit: Client, accepted: Case, omar: User) -> None:
        page = unit.get(address("case_accepted", "en"))
        due = f"{accepted.promised_on:%-d/%-m/%Y}"
        assert page.context["preview"].sms == (
            f"Complaint {accepted.reference}: accepted by Miyahuna. Reply by {due}. bk.gov.jo/r/{DOTS * 6}"
        )

    def test_values_are_made_up_while_there_is_no_case(self, unit: Client) -> None:
        shown = unit.get(address()).context["preview"]
        assert (shown.reference, shown.sms) == (
            "",
            f"صدر الرد على الشكوى 2604821735. للقراءة: bk.gov.jo/r/{DOTS * 6}",
        )

    def test_the_unit_does_not_read_its_own_complaint_here(
        self, unit: Client, referred: Case, lina: User, amina: Citizen
    ) -> None:
        lina.person = amina
        lina.save(update_fields=["person"])
        assert unit.get(address()).context["preview"].reference == ""

    def test_the_sizes_of_the_shown_and_of_the_longest_are_said(self, unit: Client, referred: Case) -> None:
        shown = unit.get(address()).context["preview"]
        assert (shown.as_shown, shown.longest) == (
            "59 of 70 characters · parts: 1 · UCS-2",
            "62 of 70 characters · parts: 1 · UCS-2",
        )

    def test_words_too_long_are_shown_with_their_count_and_their_error(self, unit: Client) -> None:
        page = unit.post(address(), typed(sms=f"{OURS.replace('جاء', 'جاءكم يا سيدنا الكريم')}", show="1"))
        assert page.context["form"].errors == {
            "sms": ["The SMS can reach 77 characters (2 parts), and the limit is 70. Shorten it."]
        }
        assert page.context["preview"].longest == "77 of 70 characters · parts: 2 · UCS-2"

    def test_words_that_cannot_be_filled_are_not_shown(self, unit: Client) -> None:
        page = unit.post(address(), typed(text="{ref} {findings}", show="1"))
        assert (page.context["preview"], page.context["form"].errors) == (
            None,
            {"text": ["{findings} cannot be used here."]},
        )
        assert "Correct the text first." in page.content.decode()


class TestSaving:
    """What is saved is what was typed; what is refused says why beside the field."""

    def test_words_are_saved_under_the_editors_name(self, unit: Client, lina: User) -> None:
        answer = unit.post(address(), typed(sms=OURS, save="1"))
        assert (answer.status_code, answer["Location"]) == (302, address())
        edition = WordingEdition.objects.get()
        assert (edition.template, edition.language, edition.edited_by) == ("case_answered", "ar", f"user:{lina.pk}")
        assert (edition.sms, edition.subject, edition.text) == (
            OURS,
            ARABIC["case_answered"].subject,
            ARABIC["case_answered"].text,
        )

    def test_the_next_case_is_told_in_the_new_words(
        self,
        unit: Client,
        file_case: FileCase,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            unit.post(address("case_received"), typed("case_received", sms="أهلا بكم. رقمكم {ref}. {link}", save="1"))
        case = file_case()
        message = Message.objects.get(reference=case.reference, template="case_received")
        assert message.body == f"أهلا بكم. رقمكم {case.reference}. bk.gov.jo/r/{message.token}"

    def test_lines_are_kept_as_typed(self, unit: Client) -> None:
        unit.post(address(), typed(text="{ref}\r\n\r\nشكرا", save="1"))
        assert WordingEdition.objects.get().text == "{ref}\n\nشكرا"

    def test_an_error_stands_beside_its_field_and_the_words_are_kept(self, unit: Client) -> None:
        page = unit.post(address(), typed(sms="صدر الرد <b>", text="", save="1"))
        assert page.context["form"].errors == {
            "sms": ["Add {link}: the message needs it here.", "Add {ref}: the message needs it here."],
            "text": ["Enter: Text of the e-mail"],
        }
        html = page.content.decode()
        assert 'aria-describedby="id_sms-error"' in html
        assert "صدر الرد &lt;b&gt;</textarea>" in html
        assert WordingEdition.objects.count() == 0

    @pytest.mark.parametrize("sms", ["\0{ref}", "x" * 100_000, "{ref!r}", "{" * 500])
    def test_what_cannot_be_is_refused_quietly(self, unit: Client, sms: str) -> None:
        page = unit.post(address(), typed(sms=sms, save="1"))
        assert (page.status_code, list(page.context["form"].errors)) == (200, ["sms"])

    def test_a_message_without_an_sms_takes_none(self, unit: Client) -> None:
        words = ENGLISH["email_confirm"]
        sent = {"seen": "0", "sms": "Confirm {url}", "subject": "Please confirm", "text": words.text, "save": "1"}
        assert unit.post(address("email_confirm", "en"), sent).status_code == 302
        assert WordingEdition.objects.get().sms == ""

    def test_saving_the_words_in_force_says_so(self, unit: Client) -> None:
        page = unit.post(address(), typed(save="1"), follow=True)
        assert "This version is already in use." in page.content.decode()
        assert WordingEdition.objects.count() == 0


class TestEditions:
    """No edition is lost, each can be given back, and nobody overwrites what they did not see."""

    @pytest.fixture
    def edited(self, unit: Client) -> list[WordingEdition]:
        """Two editions of the same words, the newest first."""
        unit.post(address(), typed(sms=OURS, save="1"))
        unit.post(address(), typed(sms=f"بشرى: {OURS}", seen=WordingEdition.objects.get().pk, save="1"))
        return list(WordingEdition.objects.order_by("-pk"))

    def test_all_are_listed_with_their_editor(self, unit: Client, edited: list[WordingEdition], lina: User) -> None:
        past = unit.get(address()).context["editions"]
        assert [(one.edition, one.editor) for one in past] == [(edition, str(lina)) for edition in edited]

    def test_an_earlier_one_is_given_back(self, unit: Client, edited: list[WordingEdition]) -> None:
        answer = unit.post(address(), {"seen": edited[0].pk, "restore": edited[1].pk})
        newest = WordingEdition.objects.latest("pk")
        assert (answer.status_code, newest.sms, WordingEdition.objects.count()) == (302, OURS, 3)

    def test_the_built_in_words_are_given_back(self, unit: Client, edited: list[WordingEdition]) -> None:
        answer = unit.post(address(), {"seen": edited[0].pk, "built_in": "1"})
        newest = WordingEdition.objects.latest("pk")
        assert (answer.status_code, editions.edition_wording(newest)) == (302, ARABIC["case_answered"])
        assert unit.get(address()).context["editions"][0].is_built_in

    def test_an_edition_of_other_words_is_not_given_back_here(self, unit: Client, edited: list[WordingEdition]) -> None:
        for number in (edited[0].pk + 100, "x", "", "9" * 40):
            assert unit.post(address(), {"seen": edited[0].pk, "restore": number}).status_code == 404
        other = address("case_answered", "en")
        assert unit.post(other, {"seen": "0", "restore": edited[0].pk}).status_code == 404

    def test_whoever_comes_second_keeps_the_words_and_overwrites_nothing(
        self, unit: Client, edited: list[WordingEdition]
    ) -> None:
        page = unit.post(address(), typed(sms="تم الرد على {kind} {ref}. {link}", seen="0", save="1"))
        html = page.content.decode()
        assert (page.status_code, WordingEdition.objects.count()) == (409, 2)
        assert "Someone else saved a new version in the meantime" in html
        assert "تم الرد على {kind} {ref}. {link}</textarea>" in html
        # With the page they got they may save, having seen.
        seen = page.context["editions"][0].edition.pk
        answer = unit.post(address(), typed(sms="تم الرد على {kind} {ref}. {link}", seen=seen, save="1"))
        assert (answer.status_code, WordingEdition.objects.count()) == (302, 3)

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40])
    def test_a_page_that_says_nothing_of_what_it_saw_overwrites_nothing(self, unit: Client, seen: str) -> None:
        assert unit.post(address(), typed(sms=OURS, seen=seen, save="1")).status_code == 409

    def test_words_a_release_left_behind_are_named_and_can_be_corrected(
        self, unit: Client, lina: User, now: datetime
    ) -> None:
        old = WordingEdition.objects.create(
            template="case_answered",
            language="ar",
            sms="{ref} {agency} {link}",
            subject="{ref}",
            text="{ref}",
            edited_by=f"user:{lina.pk}",
            edited_at=now,
        )
        assert "Not in use: the built-in text is sent" in unit.get(reverse("wordings")).content.decode()
        page = unit.get(address())
        assert "This version is not sent" in page.content.decode()
        assert unit.post(address(), typed(sms=OURS, seen=old.pk, save="1")).status_code == 302
        assert "This version is not sent" not in unit.get(address()).content.decode()


def test_no_message_holds_what_a_person_wrote_or_an_agency_found(referred: Case, omar: User, now: datetime) -> None:
    ask(referred, by=omar, at=now, text="ما رقم العداد المكتوب على الصندوق؟")
    referred.refresh_from_db()
    bodies = [f"{message.subject} {message.body}" for message in Message.objects.filter(reference=referred.reference)]
    secret = (SUBJECT, DETAILS, "رقم العداد")
    assert len(bodies) > 2
    assert [(text, body) for body in bodies for text in secret if text in body] == []


def test_no_answer_holds_the_findings(accepted: Case, omar: User, now: datetime) -> None:
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    bodies = [f"{message.subject} {message.body}" for message in Message.objects.filter(template="case_answered")]
    assert [[text in body for text in (FOUND, DONE, SUBJECT)] for body in bodies] == [[False, False, False]]


def test_every_open_word_has_its_meaning() -> None:
    usable = {
        word
        for language in LANGUAGES
        for template in TEMPLATES
        for field in ("sms", "subject", "text")
        for word in proofreading.allowed_placeholders(template, language, field)
    }
    assert usable == set(wordings.MEANINGS)


class TestScript:
    """With script the counter follows the typing, and says what the server says."""

    @pytest.fixture
    def page(self, browser: Browser) -> Iterator[Page]:
        with browser.new_context(service_workers="block") as context:
            yield context.new_page()

    def test_the_script_counts_as_the_server_does(self, page: Page) -> None:
        dice = random.Random(3)
        letters = "aW{}[]€^|~\\\n éΔ" + "عوى، " + "😀’–\N{LEFT-TO-RIGHT MARK}"
        texts = ["", "a" * 160, "a" * 161, "€" * 153, "a" + "€" * 152, "ع" * 70, "ع" * 71, "😀" * 67, "[" * 81]
        texts += [
            "".join(dice.choices(letters[: dice.choice((4, 15, len(letters)))], k=dice.randint(0, 400)))
            for _ in range(1500)
        ]
        page.add_script_tag(path=SCRIPT)
        counted = page.evaluate("texts => texts.map(text => Object.values(sms.size(text)))", texts)
        assert counted == [[one.encoding, one.places, one.segments] for one in map(size, texts)]

    @pytest.mark.django_db(transaction=True)
    def test_the_counter_follows_the_typing(self, page: Page, live_server: LiveServer, lina: User) -> None:
        let_in(page.context, live_server.url, lina)
        page.goto(f"{live_server.url}{address('case_accepted', 'ar')}")
        counter, box = page.locator("[data-size-of] output"), page.get_by_label("SMS")
        expect(counter).to_have_text("68 of 70 characters · parts: 1 · UCS-2")
        box.press("Home")
        box.press_sequentially("عععع")
        expect(counter).to_have_text("72 of 70 characters · parts: 2 · UCS-2")
        page.get_by_role("button", name="Preview", exact=True).click()
        expect(
            page.get_by_text("The SMS can reach 72 characters (2 parts), and the limit is 70. Shorten it.").last
        ).to_be_visible()
        expect(page.locator("[data-size-of] output")).to_have_text("72 of 70 characters · parts: 2 · UCS-2")
