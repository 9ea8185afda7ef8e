"""Pages that only say things are open to everyone, complete in both languages, and work when little else does."""

import json
import re

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override

from accounts.policy import POLICY_VERSION
from tests.ui.bidi import reversed_numbers

LANGUAGES = ("ar", "en")
ERRORS = ("400", "403", "403_csrf", "404", "405", "429", "500", "503")
HEADINGS = {
    ("help", "ar"): "المساعدة",
    ("help", "en"): "Help",
    ("usage-policy", "ar"): "سياسة الاستخدام",
    ("usage-policy", "en"): "Usage policy",
    ("privacy", "ar"): "الخصوصية",
    ("privacy", "en"): "Privacy",
    ("accessibility", "ar"): "إمكانية الوصول",
    ("accessibility", "en"): "Accessibility",
    ("offline", "ar"): "لا يوجد اتصال بالإنترنت",
    ("offline", "en"): "You are offline",
}
ARABIC = re.compile("[\u0621-\u064a]")


def address(name: str, language: str) -> str:
    with override(language):
        return reverse(name)


def words(html: str) -> str:
    """Return what a reader sees of the main part of a page."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"<[^>]+>", " ", main)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "language"), HEADINGS)
def test_a_page_that_only_says_things_is_open_to_everyone(client, name, language):
    response = client.get(address(name, language))
    html = response.content.decode()
    assert response.status_code == 200
    assert f"<h1>{HEADINGS[name, language]}</h1>" in html
    assert 'href="tel:+96265008080"' in html
    assert reversed_numbers(html) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "language"), HEADINGS)
def test_a_page_is_wholly_in_its_language(client, name, language):
    text = words(client.get(address(name, language)).content.decode())
    if language == "en":
        assert ARABIC.search(text) is None
    else:
        assert re.findall(r"[A-Za-z]{3,}", text.replace("WCAG", "").replace("PDF", "").replace("axe", "")) == []


@pytest.mark.parametrize("name", ["help", "usage-policy", "privacy", "accessibility", "offline"])
def test_a_page_that_only_says_things_takes_no_form(client, name):
    assert client.post(address(name, "ar")).status_code == 405


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ERRORS)
def test_an_error_page_needs_no_request_and_no_database_and_names_the_telephone(code, language):
    with override(language):
        html = render_to_string(f"{code}.html")
    assert html.count("<h1>") == 1
    assert 'href="tel:+96265008080"' in html
    assert 'href="tel:911"' in html
    assert (ARABIC.search(words(html)) is not None) == (language == "ar")


@pytest.mark.django_db
def test_a_page_that_does_not_exist_says_so_in_the_language_of_its_address(client):
    for language, sentence in (("ar", "لم نجد هذه الصفحة"), ("en", "We did not find this page")):
        response = client.get(f"/{language}/no/such/page/")
        assert response.status_code == 404
        assert f"<h1>{sentence}</h1>" in response.content.decode()


@pytest.mark.django_db
def test_the_policy_shown_is_the_version_that_is_accepted(client):
    html = client.get(address("usage-policy", "en")).content.decode()
    assert f'<bdi dir="ltr" class="nowrap">{POLICY_VERSION}</bdi>' in html


@pytest.mark.parametrize(
    ("language", "direction", "name"), [("ar", "rtl", "بخدمتكم"), ("en", "ltr", "At Your Service")]
)
def test_a_manifest_describes_the_application_in_its_language(client, language, direction, name):
    response = client.get(reverse("manifest", args=[language]))
    content = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/manifest+json"
    assert (content["lang"], content["dir"], content["short_name"]) == (language, direction, name)
    assert content["start_url"] == f"/{language}/"
    assert [shortcut["url"] for shortcut in content["shortcuts"]] == [
        f"/{language}/new/complaint/",
        f"/{language}/cases/",
        f"/{language}/track/",
    ]
    target = content["share_target"]
    assert (target["action"], target["method"]) == (f"/{language}/new/shared/", "POST")
    assert target["params"]["files"][0]["name"] == "attachments"


def test_there_is_no_manifest_in_another_language(client):
    assert client.get(reverse("manifest", args=["fr"])).status_code == 404


def test_the_service_worker_keeps_no_page_but_the_offline_one(client):
    response = client.get("/sw.js")
    (kept,) = map(json.loads, re.findall(r"const KEPT = (\{.*\});", response.content.decode()))
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    pages = [file for file in kept["files"] if not file.startswith(kept["static"])]
    assert pages == ["/ar/offline/", "/en/offline/"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_kept_for_offline_names_nobody(client, language):
    html = client.get(address("offline", language)).content.decode()
    assert "sign-out" not in html
    assert "csrf" not in html


@pytest.mark.parametrize(("days", "said"), [(1, "Within 1 working day the"), (3, "Within 3 working days the")])
def test_help_names_the_days_of_the_settings(client, settings, days, said):
    settings.COMPETENCE_DAYS = days
    words = " ".join(client.get("/en/help/").content.decode().split())
    assert said in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_names_the_number_for_questions_by_sms_only_where_there_is_one(client, settings, language):
    number = '<bdi dir="ltr" class="nowrap">90111</bdi>'
    assert number not in client.get(address("help", language)).content.decode()
    settings.SMS_STATUS_NUMBER = "90111"
    assert number in client.get(address("help", language)).content.decode()
