"""The titles and definitions of the figures, the same on the page and in the files."""

from __future__ import annotations

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from reports.overview.rows import Report
from reports.periods import Preset

FIGURE_TITLES: dict[str, Promise] = {
    "received": pgettext_lazy("figures", "Received"),
    "closed": pgettext_lazy("figures", "Closed"),
    "pending": pgettext_lazy("figures", "Pending"),
    "late": _("Past first deadline"),
    "confirmed": pgettext_lazy("figures", "Confirmed solved"),
    "disputed": pgettext_lazy("figures", "Disputed"),
    "came_back": pgettext_lazy("figures", "Came back"),
}

#: What each figure counts, in the order of the columns; ``reports.figures`` defines the same for programmers.
DEFINITIONS: dict[str, Promise] = {
    "received": _("Filed from the first day to the last, both included."),
    "closed": _(
        "Closed in the period and still closed at its end, with any outcome, including withdrawn cases. A closing is "
        "not counted if the citizen objected before the end of the period."
    ),
    "pending": _("Filed before the end of the period and not closed at its end."),
    "late": _(
        "Pending cases whose first deadline had passed at the end of the period. An extension does not change this. "
        "Days spent waiting for the citizen do not count."
    ),
    "confirmed": _(
        "Answered in the period, and the citizen's last word on that answer before the end of the period is that it "
        "is solved or helped. Citizens who have said nothing are in neither of these two columns."
    ),
    "disputed": _(
        "Answered in the period, and the citizen's last word on that answer before the end of the period is that it is "
        "not solved or only partly, or an objection."
    ),
    "came_back": _(
        "Complaints filed in the period about a topic at a place for which an earlier complaint had been closed "
        "shortly before. Cases linked to another one as the same problem are not counted."
    ),
}

#: The columns of the working time agencies had cases in hand.
TIME_TABLE_TITLE = _("Working hours with agencies")
TIME_TITLES: dict[str, Promise] = {
    "cases": _("Cases held"),
    "desk": _("Working hours with the agency"),
    "directorates": _("Working hours with its directorates"),
}
TIME_NOTE = _(
    "The working hours that cases spent with each agency in the period, added up over all its cases. Time with a "
    "citizen, the CMU or an outside centre does not count."
)

#: Notes on all figures.
NOTES: tuple[Promise, ...] = (
    _("Each case is counted once, for the agency it was with at the end of the period."),
    _("Events after the period do not change its figures. If the period has not ended, the figures run up to now."),
    _("A correction of the topic or the kind of a case also changes the figures of past periods."),
    _("These figures are internal: small numbers are shown as they are."),
)

PRESET_LABELS: dict[Preset, Promise] = {
    Preset.THIS_MONTH: _("This month"),
    Preset.LAST_MONTH: _("Last month"),
    Preset.QUARTER: _("This quarter"),
    Preset.YEAR: _("This year"),
}


def as_of_line(report: Report) -> str:
    """Return the line that says for which moment the figures hold, and whether a copy of the database was read."""
    moment = timezone.localtime(report.as_of)
    when = f"{moment.day}/{moment.month}/{moment.year} {moment:%H:%M}"
    return " ".join(filter(None, [gettext("As of %(moment)s") % {"moment": when}, report.copy_note]))
