"""Phenomena as a section of a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from reports.documents.tree import Column, ColumnKind, Section, Table
from reports.models import Phenomenon, PhenomenonState
from reports.periods import ReportPeriod
from reports.phenomena.actions import effect, filed_days


def phenomena_section(period: ReportPeriod, *, at: datetime) -> Section:
    """Return the accepted phenomena known at the end of ``period``, in the active language.

    Sentences state how many there are, how many have a commitment, and whose day has passed; the effect of each is said
    only where there are weeks and cases enough. One statement, and one more for each that has a commitment.
    """
    until = min(period.ends_at, at)
    rows = Phenomenon.objects.filter(state=PhenomenonState.ACCEPTED, proposed_at__lt=until)
    filed = Q(cases__removed_at=None, cases__case__filed_at__gte=period.starts_at, cases__case__filed_at__lt=until)
    found = list(rows.select_related("owner").annotate(filed=Count("cases", filter=filed)).order_by("-filed", "pk"))
    columns = (
        Column("name", gettext("Name"), ColumnKind.TEXT),
        Column("owner", gettext("Owner"), ColumnKind.TEXT),
        Column("filed", gettext("Cases in the period"), ColumnKind.COUNT),
        Column("due_on", gettext("Done by"), ColumnKind.DATE),
        Column("effect", gettext("After the commitment"), ColumnKind.TEXT),
    )
    today = timezone.localdate(until)
    cells = tuple(
        (one.name, one.owner.name if one.owner else "", one.filed, one.due_on, _effect_text(one, today))
        for one in found
    )
    table = Table("phenomena", gettext("Phenomena"), columns, cells, row_keys=tuple(str(one.pk) for one in found))
    return Section("phenomena", gettext("Phenomena"), _sentences(found, today), tables=(table,) if found else ())


def _sentences(found: Sequence[Phenomenon], today: date) -> tuple[str, ...]:
    if not found:
        return (gettext("No phenomenon is recorded."),)
    known = ngettext("%(number)s phenomenon is recorded.", "%(number)s phenomena are recorded.", len(found))
    committed = sum(one.committed_at is not None for one in found)
    promised = ngettext(
        "For %(number)s of them the agency has committed itself.",
        "For %(number)s of them the agencies have committed themselves.",
        committed,
    )
    late = sum(one.due_on is not None and one.due_on < today for one in found)
    passed = ngettext(
        "The day of %(number)s commitment has passed.", "The days of %(number)s commitments have passed.", late
    )
    texts = [known % {"number": len(found)}, promised % {"number": committed}]
    return (*texts, passed % {"number": late}) if late else tuple(texts)


def _effect_text(phenomenon: Phenomenon, today: date) -> str:
    if phenomenon.committed_at is None:
        return ""
    committed_on = timezone.localdate(phenomenon.committed_at)
    return " ".join(effect(filed_days(phenomenon), committed_on=committed_on, today=today).sentences)
