"""The handbook of staff: who reads which pages first, what they quote and show, and that nobody else finds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image
from pytest_django import Settings

from accounts.models import Citizen, User
from accounts.roles import Authority, Role
from agencies.models import Agency
from complaints.models import Case
from complaints.staff.frame import PAGES, help_url, other_pages, own_pages
from config.devstack.state import ROOT
from tests.complaints.pages import Clock, Desk, address, statements_of
from tests.ui.bidi import reversed_numbers

pytestmark = pytest.mark.usefixtures("clock", "english")

NAMES = [page.name for page in PAGES]
NAMES_FOR_SUPERVISORS = sorted(NAMES, key=lambda name: name not in {"officer", "supervisor"})
LANGUAGES = ("ar", "en")
TEXTS = ROOT / "templates" / "pages" / "handbook"
PICTURES = ROOT / "static" / "handbook"
KILOBYTE = 1024
#: What is written in Latin letters in Arabic too: products, and the F of function keys.
PRODUCTS = {"PDF", "CSV", "Excel", "F"}

#: Which pages are a role's own, and the one that help opens; the contents where there is none.
OWN: dict[Role, tuple[list[str], str]] = {
    Role.OFFICER: (["officer"], "officer"),
    Role.SUPERVISOR: (["officer", "supervisor"], "supervisor"),
    Role.SECRETARY_GENERAL: (["supervisor", "leadership"], "leadership"),
    Role.MINISTER_OFFICE: (["supervisor", "leadership"], "leadership"),
    Role.DIRECTORATE_MEMBER: (["directorate"], "directorate"),
    Role.AGENT: (["agent"], "agent"),
    Role.AGENT_SUPERVISOR: (["agent"], "agent"),
    Role.CMU_STAFF: (["unit"], "unit"),
    Role.CMU_HEAD: (["unit"], "unit"),
    Role.PM_OFFICE: (["office"], "office"),
    Role.OPERATOR: (["operator"], "operator"),
    Role.AUDITOR: (["auditor"], "auditor"),
}


type Texts = dict[tuple[str, str], str]
_texts: Texts = {}


def handbook(name: str, language: str = "en") -> str:
    with translation.override(language):
        return reverse("handbook-page", args=[name])


def text_files() -> list[Path]:
    return sorted(TEXTS.glob("*.html"))


def plain(html: str) -> str:
    """Return what a person reads of a part of a page, pressed keys left out."""
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<kbd>.*?</kbd>", " ", html)))


def article(client: Client, name: str, language: str) -> str:
    return article_of(client.get(handbook(name, language)).content.decode())


def article_of(html: str) -> str:
    return html.partition("<h1>")[2].partition("</article>")[0]


@pytest.fixture
def texts(desk: Desk, yusuf: User) -> Texts:
    """Every page in both languages, asked for once by a worker: what it says depends on the settings alone."""
    if not _texts:
        client, pages = desk(yusuf), [(name, language) for name in NAMES for language in LANGUAGES]
        _texts.update({page: client.get(handbook(*page)).content.decode() for page in pages})
    return _texts


# ---- whose pages come first ----


@pytest.mark.parametrize("role", Role)
def test_a_role_has_its_own_pages_first_and_help_opens_one_of_them(role: Role) -> None:
    authority = Authority(frozenset({(role, 1)}))
    names, opened = OWN[role]
    assert [page.name for page in own_pages(authority)] == names
    assert [page.name for page in other_pages(authority)] == [name for name in NAMES if name not in names]
    assert help_url(authority) == (handbook(opened) if opened else "/en/staff/help/")


def test_of_several_roles_the_unit_comes_before_the_desk_and_the_supervisor_before_the_officer() -> None:
    roles = [Role.DIRECTORATE_MEMBER, Role.AGENT, Role.OFFICER, Role.SUPERVISOR, Role.CMU_STAFF]
    opened = [help_url(Authority(frozenset((role, 1) for role in roles[: count + 1]))) for count in range(len(roles))]
    names = ["directorate", "agent", "officer", "supervisor", "unit"]
    assert opened == [handbook(name) for name in names]


def test_who_has_no_role_is_offered_no_help() -> None:
    assert help_url(Authority()) == ""


def test_the_contents_list_the_own_pages_before_those_of_others(desk: Desk, nadia: User) -> None:
    html = desk(nadia).get(reverse("handbook")).content.decode()
    listed = re.findall(r'href="/en/staff/help/([a-z]+)/">(?:Help for|[^<]*</a><br>)', html)
    assert listed == NAMES_FOR_SUPERVISORS
    assert html.index("About your work") < html.index("Help for supervisors") < html.index("About the work of others")


def test_everybody_has_a_page_of_their_own_and_finds_all(desk: Desk, huda: User) -> None:
    html = desk(huda).get(reverse("handbook")).content.decode()
    assert html.index("About your work") < html.rindex(handbook("operator")) < html.index("About the work of others")
    assert [handbook(name) in html for name in NAMES] == [True] * len(NAMES)


# ---- who may read it ----


def test_any_member_of_staff_reads_every_page(desk: Desk, yusuf: User, lina: User, sami: User, huda: User) -> None:
    for person in (yusuf, lina, sami, huda):
        client = desk(person)
        assert {name: client.get(handbook(name)).status_code for name in NAMES} == dict.fromkeys(NAMES, 200), person


def test_visitors_are_sent_to_the_door_and_citizens_find_nothing(desk: Desk, amina: Citizen) -> None:
    for url in (reverse("handbook"), handbook("officer")):
        visitor = Client().get(url)
        assert (visitor.status_code, visitor["Location"].partition("?")[0]) == (302, reverse("staff-sign-in"))
        assert desk(amina).get(url).status_code == 404


def test_a_former_officer_finds_nothing(desk: Desk, omar: User, clock: Clock) -> None:
    omar.memberships.update(ends_on=clock.at.date() - timedelta(days=1))
    assert [desk(omar).get(url).status_code for url in (reverse("handbook"), handbook("officer"))] == [404, 404]


def test_a_page_that_does_not_exist_is_not_found_and_nothing_can_be_sent(desk: Desk, omar: User) -> None:
    assert desk(omar).get(handbook("nobody")).status_code == 404
    assert [desk(omar).post(url).status_code for url in (reverse("handbook"), handbook("officer"))] == [405, 405]


# ---- the link ----


def test_every_page_of_staff_links_to_the_help_that_fits(
    desk: Desk, omar: User, nadia: User, lina: User, sami: User, huda: User, referred: Case
) -> None:
    pages = [
        (omar, "officer", [reverse("queue"), reverse("texts"), address("desk-case", referred)]),
        (omar, "officer", [address("desk-accept", referred), address("desk-pdf", referred)]),
        (nadia, "supervisor", [reverse("officers"), reverse("officers-absence"), reverse("queue")]),
        (lina, "unit", [reverse(name) for name in ("triage", "precedents", "rules-try", "reports", "messages")]),
        (lina, "unit", [reverse(name) for name in ("wordings", "ended-agencies", "calls")]),
        (sami, "agent", [reverse("calls"), reverse("calls-find")]),
    ]
    for person, name, urls in pages:
        linked = {url: f'<a href="{handbook(name)}">' in desk(person).get(url).content.decode() for url in urls}
        assert linked == dict.fromkeys(urls, True)
    assert f'<a href="{handbook("operator")}">' in desk(huda).get(reverse("messages")).content.decode()


def test_the_page_itself_marks_the_link(desk: Desk, omar: User) -> None:
    assert (
        f'<a href="{handbook("officer")}" aria-current="page">' in desk(omar).get(handbook("officer")).content.decode()
    )


# ---- what a page shows ----


def test_a_page_is_in_the_language_of_its_address(texts: Texts) -> None:
    words = {page: plain(article_of(html)) for page, html in texts.items()}
    other = {
        (name, language): set(re.findall("[\u0600-\u06ff]+" if language == "en" else "[A-Za-z]+", said)) - PRODUCTS
        for (name, language), said in words.items()
    }
    assert other == {page: set() for page in texts}
    assert [page for page, said in words.items() if "{" in said.replace("{{", "{")] == []


def test_a_page_turns_no_number_round_and_lists_its_headings(texts: Texts) -> None:
    assert {page: reversed_numbers(html) for page, html in texts.items()} == {page: [] for page in texts}
    for page, html in texts.items():
        headings = re.findall(r'<h2 id="([a-z]+)">([^<]+)</h2>', html.partition('<article class="handbook">')[2])
        listed = re.findall(r'<li><a href="#([a-z]+)">([^<]+)</a></li>', html)
        assert (len(headings) > 3, listed) == (True, headings), page
        assert len({anchor for anchor, _words in headings}) == len(headings), page


def test_both_languages_have_the_same_parts_and_pictures(texts: Texts) -> None:
    for name in NAMES:
        arabic, english = (article_of(texts[name, language]) for language in LANGUAGES)
        for pattern in (r'<h2 id="([a-z]+)">', r"handbook/([a-z-]+)-(?:ar|en)\.", r"<kbd>(.*?)</kbd>"):
            assert re.findall(pattern, arabic) == re.findall(pattern, english), name


def test_the_numbers_are_those_of_the_settings(desk: Desk, yusuf: User, settings: Settings) -> None:
    settings.COMPETENCE_DAYS, settings.REPLY_DAYS, settings.BOUNCES_BEFORE_RULING = 3, 11, 4
    settings.REMINDERS, settings.LADDER, settings.SILENCE_HOURS = "20,70", "supervisor,minister_office", 9
    officer, supervisor = (plain(article(desk(yusuf), name, "en")) for name in ("officer", "supervisor"))
    officer, supervisor = (re.sub(r"\s+", " ", words) for words in (officer, supervisor))
    assert [
        part in officer for part in ("3 working days to decide", "last 11 working days", "return a case 4 times")
    ] == [True] * 3
    assert "when 20% and 70% of the time has passed" in supervisor
    assert "to the supervisor, then the minister's office." in supervisor
    assert "signed in for 9 working hours" in supervisor


@pytest.mark.parametrize(("days", "words"), [(1, "خلال يوم عمل واحد."), (2, "خلال يومي عمل."), (3, "خلال 3 أيام عمل.")])
def test_an_arabic_amount_agrees_with_its_number(
    desk: Desk, yusuf: User, settings: Settings, days: int, words: str
) -> None:
    settings.COMPETENCE_DAYS = days
    assert words in article(desk(yusuf), "officer", "ar")


@pytest.mark.parametrize("url_name", ["handbook", "handbook-page"])
def test_a_page_takes_as_many_statements_for_one_agency_as_for_three(
    desk: Desk, omar: User, gam: Agency, cmu: Agency, url_name: str
) -> None:
    url = reverse(url_name, args=["unit"] if url_name == "handbook-page" else [])
    one = statements_of(desk(omar), url)
    for agency in (gam, cmu):
        omar.memberships.create(agency=agency, role=Role.OFFICER, starts_on="2025-01-01")
    assert statements_of(desk(omar), url) == one


def test_a_deputy_reads_the_page_of_the_absent_supervisor(desk: Desk, omar: User, nadia: User, clock: Clock) -> None:
    nadia.absences.create(deputy=omar, starts_on=clock.at.date(), ends_on=clock.at.date())
    assert f'<a href="{handbook("supervisor")}">' in desk(omar).get(reverse("queue")).content.decode()


# ---- what the texts quote ----


@cache
def known(language: str) -> frozenset[str]:
    """Return all that the pages say in a language: every form of the catalogue."""
    with (ROOT / "locale/ar/LC_MESSAGES/django.po").open("rb") as source:
        messages = [message for message in read_po(source, locale="ar") if message.id]
    said = [message.string if language == "ar" else message.id for message in messages]
    forms = (form for one in said for form in (one if isinstance(one, tuple | list) else (one,)))
    return frozenset(form for form in forms if form)


def quoted(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", words) for words in re.findall(r'<b class="ui">(.*?)</b>', text, re.DOTALL)]


@pytest.mark.parametrize("path", text_files(), ids=lambda path: path.name)
def test_the_buttons_and_tabs_a_text_quotes_exist_under_these_names(path: Path) -> None:
    names = quoted(path.read_text(encoding="utf-8"))
    assert (len(names) > 5, [name for name in names if name not in known(path.suffixes[0][1:])]) == (True, [])


def test_both_languages_quote_the_same_number_of_names() -> None:
    counts = {path.name: len(quoted(path.read_text(encoding="utf-8"))) for path in text_files()}
    assert [counts[f"{name}.ar.html"] for name in NAMES] == [counts[f"{name}.en.html"] for name in NAMES]


def test_a_name_that_no_page_has_would_be_found() -> None:
    assert [name in known("en") for name in (*quoted('<b class="ui">Yes,\n  accept</b>'), "Approve")] == [True, False]


def test_every_page_has_its_text_in_both_languages_and_no_other() -> None:
    assert [path.name for path in text_files()] == sorted(
        f"{name}.{language}.html" for name in NAMES for language in LANGUAGES
    )


# ---- the pictures ----


def pictures_named() -> Iterator[tuple[str, str, str]]:
    """Yield the language of each text with the picture it names and the tag that shows it."""
    for path in text_files():
        for tag in re.findall(
            r"<img\b.*?>", re.sub(r'{% static "([^"]+)" %}', r"\1", path.read_text(encoding="utf-8")), re.DOTALL
        ):
            source = re.search(r'src="handbook/([^"]+)"', tag)
            assert source is not None
            yield path.suffixes[0][1:], source[1], tag


def test_every_picture_named_exists_and_every_picture_is_named_by_a_text_of_its_language() -> None:
    named = [(language, picture) for language, picture, _tag in pictures_named()]
    assert [(language, picture) for language, picture in named if not picture.endswith(f"-{language}.png")] == []
    assert sorted(picture for _language, picture in named) == sorted(path.name for path in PICTURES.iterdir())


def test_a_picture_is_small_and_shown_in_its_own_size_with_words_for_who_cannot_see_it() -> None:
    for _language, name, tag in pictures_named():
        with Image.open(PICTURES / name) as picture:
            width, height = picture.size
        assert (name, width <= 960, (PICTURES / name).stat().st_size <= 60 * KILOBYTE) == (name, True, True)
        assert f'width="{width}" height="{height}" loading="lazy"' in tag
        assert len(re.findall(r'alt="[^"]{20,}"', tag)) == 1
