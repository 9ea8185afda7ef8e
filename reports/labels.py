"""The titles and definitions of the figures, the same on the page and in the files."""

from __future__ import annotations

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from reports.figures import Report
from reports.periods import Preset

FIGURE_TITLES: dict[str, Promise] = {
    "received": pgettext_lazy("figures", "Received"),
    "closed": pgettext_lazy("figures", "Closed"),
    "pending": pgettext_lazy("figures", "Pending"),
    "late": pgettext_lazy("figures", "Late"),
}

#: What each figure counts, in the order of the columns; ``reports.figures`` defines the same for programmers.
DEFINITIONS: dict[str, Promise] = {
    "received": _("Filed from the first day to the last, both included."),
    "closed": _(
        "Closed on these days and still closed at their end, with any outcome, withdrawals included. A closing that was"
        " objected to before the end is not counted."
    ),
    "pending": _("Filed before the end of the span and not closed at its end."),
    "late": _(
        "Those of the pending cases whose first deadline had passed at the end of the span. An extension does not"
        " change this; days in which we waited for the citizen are not counted against anybody."
    ),
}

#: The columns of the working time agencies had cases in hand.
TIME_TABLE_TITLE = _("Working hours in hand")
TIME_TITLES: dict[str, Promise] = {
    "cases": _("Cases in hand"),
    "desk": _("Hours at its desk"),
    "directorates": _("Hours with its directorates"),
}
TIME_NOTE = _(
    "The working hours in which an agency had cases in hand in the span, all its cases together. Time in which a"
    " citizen, the unit or a centre outside had a case is not the agency's."
)

#: Notes on all four figures.
NOTES: tuple[Promise, ...] = (
    _("Each case is counted once, for the agency it was with at the end of the span."),
    _("What happened after the span does not change its figures. While the span lasts, its end is now."),
    _("These figures are internal: small numbers are shown as they are."),
)

PRESET_LABELS: dict[Preset, Promise] = {
    Preset.THIS_MONTH: _("This month"),
    Preset.LAST_MONTH: _("Last month"),
    Preset.QUARTER: _("This quarter"),
    Preset.YEAR: _("This year"),
}


def as_of_line(report: Report) -> str:
    """Return the line that says for which moment the figures hold."""
    moment = timezone.localtime(report.as_of)
    when = f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"
    return gettext("As things stood on %(moment)s") % {"moment": when}
