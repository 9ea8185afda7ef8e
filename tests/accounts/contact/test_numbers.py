"""Telephone numbers and e-mail addresses in every shape they are typed in: one form is kept, or one sentence said."""

import pytest
from django.test import Client

from accounts.account.email import ChangeEmailForm
from accounts.account.phone import ChangePhoneForm
from accounts.models import Citizen, PhoneCode, User
from accounts.phones import all_regions, mask, national, show
from accounts.registration.forms import ContactForm
from accounts.sign_in.forgotten_password import ForgotForm
from kit.forms import EmailField, MobileField
from notifications.models import Message
from tests.accounts.keyboard import CONTACT, RANA, errors, url

KEPT = [
    "0790001234",
    "790001234",
    "+962790001234",
    "962790001234",
    "00962790001234",
    # With the zero of a call at home, which many leave in.
    "+9620790001234",
    "+962 (0)79 000 1234",
    "00962 0790001234",
    # As it is grouped, here and in telephones.
    "079 000 1234",
    "079-000-1234",
    "(079) 000.1234",
    "079/000/1234",
    "00 962 79-000-1234",
    "+962\u00a079\u2011000\u20131234",
    "0 7 9 0 0 0 1 2 3 4",
    # Copied from the contacts, with invisible marks round it.
    "\u200e+962790001234\u200f",
    "\u2066+962 79 000 1234\u2069",
    "\u202a+962790001234\u202c",
    " 0790001234\n",
    # Arabic-Indic and Persian digits, also mixed.
    "٠٧٩٠٠٠١٢٣٤",
    "٠٧٩ ٠٠٠ ١٢٣٤",
    "+٩٦٢٧٩٠٠٠١٢٣٤",
    "٠٠٩٦٢٧٩٠٠٠١٢٣٤",
    "۰۷۹۰۰۰۱۲۳۴",
    "۰۰۹۶۲ ۷۹ ۰۰۰ ۱۲۳۴",
    "٠٧٩ ۰۰۰ 1234",
]
REFUSED = {
    "landline": ["065008080", "06 500 8080", "+96265008080", "0096265008080", "٠٦٥٠٠٨٠٨٠", "027271234"],
    "free of charge or shared": ["080022022", "085012345"],
    "premium": ["090012345", "09001234", "0900123456", "+979123456789", "1-900-555-0100"],
    "personal or unused at home": ["0700123456", "0740001234", "0750001234", "0760001234"],
    "short code": ["911", "112", "90444", "*123#"],
    "of nobody abroad": ["+1415555", "+4915", "+20100123"],
    "satellite": ["+881612345678", "+8816 123 45678", "+88210012345", "+882 99 123456789", "+870771234567"],
    "no country": ["+999123456789", "+0790001234", "0962790001234", "000962790001234", "0011962790001234"],
    "too short": ["0", "+", "00", "0791", "079000123", "+96279000123"],
    "too long": ["07900012345", "+9627900012345", "790001234567890123456", "9" * 5000],
    "two numbers": ["0790001234/0791111111", "0790001234,0791111111", "0790001234\r\n0791111111"],
    "more than a number": ["0790001234x5", "0790001234;ext=5", "0790001234#", "tel:+962790001234", "+962790001234@gw"],
    "no number": ["phone", "079000ABCD", "++962790001234", "079+0001234", "1e9", "0x79", "٧٩٠٠٠١٢٣٤٫٥", "²790001234"],
    "digits of others": ["०७९०००१२३४", "\U0001d7ce790001234"],
    "unreadable": ["0790001234\x00", "\x1b0790001234"],
}  # fmt: skip
#: Of countries to which we send no SMS.
FOREIGN = [
    "+971501234567",
    "00971501234567",
    "+966501234567",
    "+970591234567",
    "+201001234567",
    "+12025550143",
    "+447911123456",
    "+2348031234567",
]
EVERY_REFUSED = [(kind, typed) for kind, numbers in REFUSED.items() for typed in numbers]

# A second header, a second recipient, or an address that is none.
ADDRESSES = [
    "a@b.example\r\nBcc: spy@d.example",
    "a@b.example\nBcc: spy@d.example",
    "a@b.example\rBcc:spy@d.example",
    "a@b.example\r\n\r\nHello",
    "a@b.example\x0bBcc:spy@d.example",
    "a@b.example\x0cBcc:spy@d.example",
    "a@b.example\x85Bcc:spy@d.example",
    "a@b.example\u2028Bcc:spy@d.example",
    "a@b.example%0d%0aBcc: spy@d.example",
    "a\r\n@b.example",
    '"a\r\nBcc: spy@d.example"@b.example',
    '"a\tb"@b.example',
    "a@b.example, spy@d.example",
    "a@b.example;spy@d.example",
    "a@b.example spy@d.example",
    "a@b.example> SIZE=1",
    "Amina <a@b.example>",
    "<a@b.example>",
    "a@b.example?bcc=spy@d.example",
    "=?utf-8?q?a?=@b.example",
    "a\x00@b.example",
    "a@@b.example",
    "a@b..example",
    "a@b.example.",
    "@b.example",
    "a@b",
    "a@localhost",
    "a@[127.0.0.1]",
    "أمينة@b.example",
    "\u017fami@b.example",  # folds to sami@b.example, whose standing it would share
    "\u212aarim@b.example",
    "amina@\uff42.example",  # is asked for as b.example
    "amina@b\u3002example",
    "a" * 65 + "@" + "b" * 250 + ".example",
]


@pytest.mark.parametrize("typed", KEPT)
def test_a_mobile_number_is_kept_in_one_form(amman: object, typed: str) -> None:
    form = ContactForm(CONTACT | {"mobile": typed})
    assert (form.errors, form.cleaned_data["mobile"]) == ({}, "+962790001234")


@pytest.mark.parametrize(
    ("kind", "typed"), EVERY_REFUSED, ids=[f"{kind} {typed[:24]!a}" for kind, typed in EVERY_REFUSED]
)
def test_any_other_number_is_refused_beside_its_field(amman: object, kind: str, typed: str) -> None:
    form = ContactForm(CONTACT | {"mobile": typed})
    assert form.errors == {"mobile": ["أدخلوا رقم هاتف محمول، مثل 0790001234"]}


def test_a_number_abroad_without_sms_needs_an_address_and_is_no_new_number_of_an_account(amman: object) -> None:
    for typed in FOREIGN:
        assert list(ContactForm(CONTACT | {"mobile": typed}).errors) == ["email"]
        assert ContactForm(CONTACT | {"mobile": typed, "email": "rana@example.de"}).is_valid()
        assert ChangePhoneForm({"mobile": typed}).errors["mobile"] == ["أدخلوا رقم هاتف محمول، مثل 0790001234"]


@pytest.mark.parametrize("kind", REFUSED)
def test_nothing_is_sent_to_a_number_of_any_other_kind(client: Client, amman: object, kind: str) -> None:
    client.post(url("who"), RANA)
    for typed in REFUSED[kind][:2]:
        answer = client.post(url("contact"), CONTACT | {"mobile": typed})
        assert (answer.status_code, errors(answer)) == (200, ["أدخلوا رقم هاتف محمول، مثل 0790001234"])
    written = (PhoneCode, Message, Citizen, User)
    assert [model.objects.count() for model in written] == [0, 0, 0, 0]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_would_be_a_header_is_refused_beside_its_field(
    client: Client, amman: object, address: str
) -> None:
    client.post(url("who"), RANA)
    answer = client.post(url("contact"), CONTACT | {"email": address})
    sentence = "أدخلوا عنوان بريد إلكتروني، مثل name@example.com"
    assert (answer.status_code, errors(answer), answer.context["form"].errors) == (
        200,
        [sentence],
        {"email": [sentence]},
    )
    assert (Message.objects.count(), PhoneCode.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("amina@example.com", "amina@example.com"),
        (" amina@example.com\r\n", "amina@example.com"),
        ("\u200eamina@example.com", "amina@example.com"),
        ("amina.k+cmu@example.com", "amina.k+cmu@example.com"),
        ("o'brien@example.com", "o'brien@example.com"),
        ("amina@مثال.jo", "amina@مثال.jo"),
    ],
)
def test_an_address_is_kept_as_it_is(amman: object, typed: str, kept: str) -> None:
    form = ContactForm(CONTACT | {"email": typed})
    assert (form.errors, form.cleaned_data["email"]) == ({}, kept)


@pytest.mark.parametrize("form", [ContactForm, ForgotForm, ChangePhoneForm])
def test_every_form_asks_for_a_number_by_the_same_field(form: type) -> None:
    field = form.base_fields["mobile"]
    assert (type(field), field.regions) == (MobileField, {"JO"} if form is ChangePhoneForm else all_regions())


@pytest.mark.parametrize("form", [ContactForm, ChangeEmailForm])
def test_every_form_asks_for_an_address_by_the_same_field(form: type) -> None:
    assert type(form.base_fields["email"]) is EmailField


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+962790001234", ("0790001234", "079 000 1234", "079 ••• ••34")),
        ("+962797", ("0797", "0797", "••••")),
        ("+971501234567", ("+971501234567", "+971501234567", "+97••••••••67")),
        ("", ("", "", "")),
    ],
)
def test_how_a_number_is_shown_whole_and_masked(phone: str, shown: tuple[str, str, str]) -> None:
    assert (national(phone), show(phone), mask(phone)) == shown
