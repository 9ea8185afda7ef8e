"""Formats phone numbers, grouped as Jordanians read them or masked, and says which countries get codes by SMS."""

import re
from functools import cache

import phonenumbers
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

JORDAN = "+962"
HOME_REGION = "JO"
DOT = "•"
# A shorter number is hidden whole: its ends would be nearly all of it.
SHORTEST = 9


def national(phone: str) -> str:
    """Return the number as dialled within Jordan, such as 0791234567; foreign numbers keep their ``+``."""
    return "0" + phone.removeprefix(JORDAN) if phone.startswith(JORDAN) else phone


def show(phone: str) -> str:
    """Return the number grouped as Jordanians read it: 079 123 4567."""
    digits = national(phone)
    return re.sub(r"^(0\d\d)(\d{3})(\d{4})$", r"\1 \2 \3", digits)


def mask(phone: str) -> str:
    """Return the number with all but the first three and the last two digits hidden: 079 ••• ••67."""
    digits = national(phone)
    if len(digits) < SHORTEST:
        return DOT * len(digits)
    shown = digits[:3] + DOT * (len(digits) - 5) + digits[-2:]
    return re.sub(r"^(.{3})(.{3})(.{4})$", r"\1 \2 \3", shown)


def accepted_regions() -> frozenset[str]:
    """Return the countries whose mobile numbers get SMS."""
    return frozenset({HOME_REGION, *foreign_ceilings()})


def all_regions() -> frozenset[str]:
    """Return every country that has telephone numbers."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def takes_sms(phone: str) -> bool:
    """Tell whether we send SMS to a number in E.164: to Jordanian ones, and to those of the countries accepted."""
    return phone.startswith(JORDAN) or region(phone) in foreign_ceilings()


def foreign_ceilings() -> dict[str, int]:
    """Return how many SMS with codes go to each foreign country in a day; raise ImproperlyConfigured."""
    return _ceilings(settings.FOREIGN_MOBILES)


@cache
def _ceilings(text: str) -> dict[str, int]:
    pairs = [pair.strip() for pair in text.split(",") if pair.strip()]
    found = {region: int(most) for region, most in re.findall(r"\b([A-Z]{2}):([0-9]{1,6})\b", text)}
    known = phonenumbers.SUPPORTED_REGIONS - {HOME_REGION}
    if len(found) != len(pairs) or not found.keys() <= known or not all(found.values()):
        sentence = "FOREIGN_MOBILES is not a list of foreign countries with codes a day, like SA:200,AE:100."
        raise ImproperlyConfigured(sentence)
    return found


def region(phone: str) -> str:
    """Return the country of a number in E.164; empty where none has it."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
