"""The sentences in which the unit's page says what its kept lists hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from complaints.case_text.deadline import span_label
from kit.dates import day_text
from reports.dashboards.quiet import LEAST_REFUSALS, SILENT_AFTER, SPAN

type Row = Mapping[str, Any]


# ---- sudden rises ----


def rise_sentences(row: Row) -> list[str]:
    """Return the two sentences about a sudden rise: how many against usual; since when, where, what is known."""
    return [_how_many(row["count"], row["earlier"]), _since_when(row)]


def _how_many(count: int, earlier: Sequence[int]) -> str:
    least, most = min(earlier), max(earlier)
    here = ngettext("%(count)s complaint in 7 days", "%(count)s complaints in 7 days", count) % {"count": count}
    if not most:
        return gettext("%(here)s; in the 8 weeks before, there was none.") % {"here": here}
    if least == most:
        usual = gettext("in each of the 8 weeks before, there were %(most)s.") % {"most": most}
    else:
        usual = gettext("in each of the 8 weeks before, there were from %(least)s to %(most)s.") % {
            "least": least,
            "most": most,
        }
    return f"{here}{gettext('; ')}{usual}"


def _since_when(row: Row) -> str:
    facts = row["facts"]
    since = gettext("Half of them came on %(day)s or later") % {"day": _weekday(_day(row["since"]))}
    parts = [since]
    if facts["area"]:
        parts.append(
            gettext("and %(number)s of all are from %(area)s")
            % {"number": facts["named"], "area": _isolated(facts["area"])}
        )
    return f"{gettext(', ').join(parts)}{gettext('; ')}{_known(facts)}"


def _isolated(name: str) -> str:
    """Return what a citizen typed between isolating marks: an Arabic name would turn an English sentence round."""
    return f"\u2068{name}\u2069"


def _known(facts: Row) -> str:
    said = []
    if joined := facts["joined"]:
        words = ngettext("%(count)s is joined as one problem", "%(count)s are joined as one problem", joined)
        said.append(words % {"count": joined})
    if closed := facts["closed"]:
        said.append(ngettext("%(count)s is closed", "%(count)s are closed", closed) % {"count": closed})
    known = gettext(", ").join(said) or gettext("no common cause is recorded yet")
    return f"{known}."


def _weekday(day: date) -> str:
    return f"{date_format(day, 'l')} {day_text(day)}"


def _day(text: str) -> date:
    day = parse_date(text)
    assert day is not None  # noqa: S101 - written by ourselves, as JSON
    return day


# ---- quiet agencies ----


def quiet_sentences(row: Row, *, at: datetime) -> list[str]:
    """Return the sentences about a quiet agency: how few cases against what is usual, and the other signs."""
    words = {"days": SPAN.days, "count": row["count"]}
    few = ngettext("%(count)s case in %(days)s days", "%(count)s cases in %(days)s days", row["count"]) % words
    return [f"{few}{gettext('; ')}{_usual(row)}", *_signs(row["signs"], at=at)]


def _usual(row: Row) -> str:
    said = [
        gettext("in earlier periods of the same length it had %(least)s to %(most)s")
        % {"least": min(row["earlier"]), "most": max(row["earlier"])}
    ]
    if row["peers"]:
        least, most = row["peers"]
        said.append(
            gettext("and half of the agencies of its kind have %(least)s to %(most)s") % {"least": least, "most": most}
        )
    return f"{gettext(', ').join(said)}."


def _signs(signs: Row, *, at: datetime) -> list[str]:
    said = []
    if not signs["officers"]:
        said.append(gettext("No liaison officer is active there."))
    else:
        said.extend(_silence(signs["seen_at"], at=at))
    if signs["refused"] >= LEAST_REFUSALS:
        words = ngettext("%(count)s case was declined there.", "%(count)s cases were declined there.", signs["refused"])
        said.append(words % {"count": signs["refused"]})
    if signs["filed_elsewhere"] >= LEAST_REFUSALS:
        words = ngettext(
            "%(count)s case was filed elsewhere, and the agency that declined it named this one.",
            "%(count)s cases were filed elsewhere, and the agencies that declined them named this one.",
            signs["filed_elsewhere"],
        )
        said.append(words % {"count": signs["filed_elsewhere"]})
    return said


def _silence(seen: str | None, *, at: datetime) -> list[str]:
    seen_at = parse_datetime(seen) if seen else None
    if seen_at is None:
        return [gettext("None of its liaison officers has ever signed in.")]
    if seen_at >= at - SILENT_AFTER:
        return []
    return [gettext("None of its liaison officers has signed in for %(span)s.") % {"span": span_label(at - seen_at)}]
