"""Case numbers in what people typed, as links: only where the reader may open the case."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from complaints import reference
from complaints.models import Case

#: Numbers looked up for one page; the others stay text.
MOST: Final = 20
_KNOWN: Final = "case_links"


def case_address(request: object, number: str) -> str:
    """Return the address of the case with this number for the reader of a page, empty where they may not open it.

    A statement for each number with the right check digit, asked once for a page.
    """
    if not isinstance(request, HttpRequest) or not reference.is_valid(number):
        return ""
    known: dict[str, str] = vars(request).setdefault(_KNOWN, {})
    if number not in known and len(known) < MOST:
        known[number] = _address(request, number)
    return known.get(number, "")


def _address(request: HttpRequest, number: str) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    if not Case.objects.visible_to(user, at=timezone.now()).filter(reference=number).exists():
        return ""
    return reverse("desk-case" if user.is_staff else "case", kwargs={"ref": number})
