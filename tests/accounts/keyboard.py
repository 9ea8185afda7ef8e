"""What a visitor types in the forms of registration, and reading the answers."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.test import Client

from accounts.models import PhoneCode

PASSWORD = "quiet-harbour-lamp"
MOBILE = "0791112233"
E164 = "+962791112233"

RANA = {
    "citizenship": "national",
    "national_number": "9782006138",
    "first_name": "رنا",
    "father_name": "خليل",
    "grandfather_name": "إبراهيم",
    "family_name": "العبادي",
    "birth_date_day": "14",
    "birth_date_month": "حزيران",
    "birth_date_year": "1978",
}
AMINA = {
    "citizenship": "national",
    "national_number": "9902103456",
    "first_name": "أمينة",
    "father_name": "سامي",
    "grandfather_name": "عادل",
    "family_name": "الخطيب",
    "birth_date_day": "27",
    "birth_date_month": "3",
    "birth_date_year": "1990",
}
VISITOR = {
    "citizenship": "other",
    "nationality": "EG",
    "document": "passport",
    "document_number": "a 1234567",
    "first_name": "Mona",
    "family_name": "Fahmy",
    "birth_date_day": "1",
    "birth_date_month": "May",
    "birth_date_year": "1991",
}
CONTACT = {
    "mobile": MOBILE,
    "email": "",
    "country": "JO",
    "governorate": "JO-AM",
    "city": "عمّان",
    "address": "جبل الحسين، شارع 9",
}
LAST = {"password": PASSWORD, "again": PASSWORD, "policy": "on"}


def url(step: str, language: str = "ar") -> str:
    return f"/{language}/register/{step}/"


def register_until_code(
    client: Client, who: dict[str, str] = RANA, language: str = "ar", **contact: str
) -> HttpResponse:
    """Fill in the three steps and return the answer to the last."""
    assert client.post(url("who", language), who).status_code == 302
    assert client.post(url("contact", language), CONTACT | contact).status_code == 302
    return client.post(url("password", language), LAST)


def register(client: Client, who: dict[str, str] = RANA, language: str = "ar", **contact: str) -> HttpResponse:
    """Register to the end and return the answer to the code."""
    register_until_code(client, who, language, **contact)
    return client.post(url("code", language), {"code": newest_code()})


def newest_code() -> str:
    return str(PhoneCode.objects.latest("created_at").code)


def errors(response: HttpResponse) -> list[str]:
    """Return the sentences of the error summary, as the reader sees them."""
    page = response.content.decode()
    found = re.search(r'<div class="summary-errors".*?<ul>(.*?)</ul>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>|&[a-z0-9#]+;", "", item).strip() for item in found[1].split("</li>")[:-1]] if found else []
