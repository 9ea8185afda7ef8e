"""What an e-mail looks like: status, date, one button, the plain part, how to stop and where to reply."""

from typing import Any

import pytest
from lxml import html

from notifications.carriers import OutgoingMessage
from notifications.carriers.email_page import BUTTONS, STATUSES, draw
from notifications.carriers.smtp import compose
from notifications.wordings import TEMPLATES
from tests.notifications.outgoing import email

LINK = "https://bk.gov.jo/r/7Kq2Xd"


@pytest.fixture(autouse=True)
def _service(settings: Any) -> None:
    settings.PUBLIC_URL, settings.CONTACT_EMAIL = "https://bk.gov.jo", ""
    settings.EMAIL_FROM = "noreply@bk.gov.jo"


def accepted(language: str) -> OutgoingMessage:
    """Return the e-mail of an acceptance, as a sender gives it to the carrier."""
    said = {
        "ar": "تبيّن أن شكواكم رقم 2604821735 من اختصاص مياهنا. يصلكم الرد في موعد أقصاه 22/12/2026.",
        "en": "Miyahuna has accepted your complaint 2604821735. You will have a reply by 22/12/2026.",
    }[language]
    return email(
        template="case_accepted",
        reference="2604821735",
        date="22/12/2026",
        subject=said[:30],
        body=f"{said}\n\n{LINK}\n\nبخدمتكم\n065008080",
        language=language,
    )


@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [
        ("ar", "rtl", ["قيد المعالجة", "عرض التفاصيل", "رقم المتابعة"]),
        ("en", "ltr", ["In progress", "View the details", "Tracking number"]),
    ],
    ids=["arabic", "english"],
)
def test_a_page_has_status_date_and_one_button(language: str, direction: str, words: list[str]) -> None:
    texts = draw(accepted(language))
    page = html.fromstring(texts.page)
    shown = page.text_content()
    assert (page.get("dir"), page.get("lang")) == (direction, language)
    assert [word for word in [*words, "2604821735", "22/12/2026", "065008080"] if word not in shown] == []
    buttons = [link for link in page.iter("a") if "background" in (link.getparent().get("style") or "")]
    assert [button.get("href") for button in buttons] == [LINK]
    # Many mail programs drop scripts, style sheets and pictures of other hosts: none is needed.
    assert [each.tag for each in page.iter("script", "link", "img", "form", "input")] == []
    assert all(table.get("role") == "presentation" for table in page.iter("table"))


def test_both_parts_say_how_to_stop_and_where_replies_go(settings: Any) -> None:
    texts = draw(accepted("en"))
    for part in (texts.plain, texts.page):
        assert "Replies to it are not read" in part
        assert "https://bk.gov.jo/en/account/notices" in part
    assert texts.plain.startswith(accepted("en").body)
    assert "account/notices" not in draw(email(template="password_changed", language="en")).plain
    settings.CONTACT_EMAIL = "help@bk.gov.jo"
    mail = compose(accepted("en"))
    assert (mail.reply_to, "You can reply" in mail.body) == (["help@bk.gov.jo"], True)


def test_what_a_person_wrote_is_no_markup_and_codes_have_no_button() -> None:
    texts = draw(email(template="code", language="en", subject="<b>", body="<script>x</script>\n\nAt\n06"))
    assert ("<script>" in texts.page, "&lt;script&gt;" in texts.page, "<b>" in texts.page) == (False, True, False)
    assert "If the button" not in texts.page


def test_every_message_about_a_case_has_its_status_and_no_other() -> None:
    assert set(STATUSES) == {template for template in TEMPLATES if template.startswith("case_")}
    assert set(BUTTONS) <= set(TEMPLATES)
