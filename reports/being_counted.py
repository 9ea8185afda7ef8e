"""The page that stands for every page of figures while these are counted for the first time, or anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.models import User
from complaints.staff.frame import frame
from complaints.unsent_forms import keep_unanswered
from reports.figures.reading import FiguresBeingCounted

#: The browser asks again by itself.
REFRESH_SECONDS: Final = 30


class BeingCounted:
    """Middleware: answers a page whose figures are not kept yet with how far the worker is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave everything as it is."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page if figures were asked for that are being counted; what was typed comes back with its form."""
        if not isinstance(error, FiguresBeingCounted) or not isinstance(request.user, User):
            return None
        at = timezone.now()
        keep_unanswered(request, at=at)
        context = {"counted": error, **frame(request.user, at=at)}
        answer = render(request, "reports/being_counted.html", context)
        answer["Refresh"] = str(REFRESH_SECONDS)
        return answer
