"""Directives of the demonstration: one closed with its evidence, one late, one reported as done, one just issued."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override
from PIL import Image

from accounts.models import User
from agencies.models import Agency, current_calendar
from complaints.attachments.uploads import receive
from complaints.models import Attachment
from reports.directives import actions, sweep
from reports.directives.actions import DirectiveText, SourceFigure, StepReport
from reports.figures.reading import read
from reports.figures.sums import Scope
from reports.models import Directive
from reports.periods import ReportPeriod

#: Who issues and who reports: accounts/data/demo_staff.csv and accounts/demo.py.
OFFICE, HEAD, WATER_HEAD = "office@pm.example", "head@cmu.example", "nadia@miyahuna.example"
TITLES: Final = (
    gettext_noop("Late complaints about water leaks"),
    gettext_noop("Answers that say nothing new"),
    gettext_noop("A second officer for the busiest topic"),
    gettext_noop("Complaints pending for more than 30 days"),
)
TEXT: Final = gettext_noop(
    "Bring the figure named here back to its value of a year ago, and show by documents what was done and where."
)
REPORT: Final = gettext_noop("The work is finished at all places. The attached picture shows the last of them.")


def make(at: datetime) -> None:
    """Issue four directives to the water company over the last weeks, and let each go a different way."""
    people = {email: User.objects.get(email=email) for email in (OFFICE, HEAD, WATER_HEAD)}
    closed = _issue(0, by=people[OFFICE], at=at - timedelta(days=42))
    version = _report(closed, by=people[WATER_HEAD], at=at - timedelta(days=30))
    actions.close(closed.pk, version=version, by=people[OFFICE], at=at - timedelta(days=28))
    _issue(1, by=people[HEAD], at=at - timedelta(days=20))
    for day in range(13, 0, -1):
        sweep.watch(at=at - timedelta(days=day))
    reported = _issue(2, by=people[HEAD], at=at - timedelta(days=4))
    _report(reported, by=people[WATER_HEAD], at=at - timedelta(days=1))
    _issue(3, by=people[OFFICE], at=at - timedelta(hours=3))


def _issue(number: int, *, by: User, at: datetime) -> Directive:
    """Issue a directive from the late cases of the water company, due on the fifth working day after."""
    water = Agency.objects.get(code="miyahuna")
    today = timezone.localdate(at)
    period = ReportPeriod(today - timedelta(days=90), today - timedelta(days=1))
    reading = read(period, scope=Scope(agencies=frozenset({water.pk})), at=at)
    value = Decimal(reading.total.value("late") or 0)
    figure = SourceFigure("late", period, {"agencies": [water.pk]}, value, reading.as_of)
    due_on = timezone.localdate(current_calendar().due(at, 5))
    return actions.issue(DirectiveText(water, _said(TITLES[number]), _said(TEXT), due_on), figure=figure, by=by, at=at)


def _report(directive: Directive, *, by: User, at: datetime) -> int:
    """Report a directive as done with a picture, and return its version."""
    said = StepReport(_said(REPORT), [_picture(at)], is_done=True)
    return actions.report(directive.pk, said, version=directive.version, by=by, at=at).version


def _picture(at: datetime) -> Attachment:
    content = BytesIO()
    Image.new("RGB", (320, 240), "seagreen").save(content, "JPEG")
    return receive(SimpleUploadedFile("last-place.jpg", content.getvalue(), "image/jpeg"), at=at)


def _said(text: str) -> str:
    with override("ar"):
        return gettext(text)
