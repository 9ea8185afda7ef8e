"""The index frozen: every input as JSON and as a section of a report, and the index computed from either alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from accounts.roles import Role
from agencies.models import Agency
from kit.dates import day_digits
from notifications import outbox
from notifications.outbox import Notice
from reports.audits.scoring import Stratum
from reports.commitment.index import AgencyIndex, CountedAgency, Rule, compute, count, group_label, rule_on
from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Row, Section, Table
from reports.models import IndexEdition, IndexReply
from reports.models.audits import Component
from reports.periods import ReportPeriod

#: The limits and the strength of a rule, as they are called in the frozen tables.
_NUMBERS: Final = ("medium_from", "large_from", "strength")


# ---- as JSON ----


def to_json(agencies: Sequence[CountedAgency], rule: Rule) -> dict[str, Any]:
    """Return the inputs of an index as values of JSON."""
    return {
        "rule": {
            "weights": {component.value: weight for component, weight in rule.weights.items()},
            **{name: getattr(rule, name) for name in _NUMBERS},
        },
        "agencies": [
            {
                "agency": each.agency,
                "volume": each.volume,
                "counts": {component.value: list(pair) for component, pair in each.counts.items()},
                "audited": [[sort.population, sort.judged, sort.genuine] for sort in each.audited],
            }
            for each in agencies
        ],
    }


def from_json(data: Mapping[str, Any]) -> tuple[list[CountedAgency], Rule]:
    """Return the inputs that ``to_json`` wrote."""
    stated = data["rule"]
    weights = {Component(name): weight for name, weight in stated["weights"].items()}
    agencies = [
        CountedAgency(
            row["agency"],
            row["volume"],
            {Component(name): (good, all_) for name, (good, all_) in row["counts"].items()},
            tuple(Stratum(*sort) for sort in row["audited"]),
        )
        for row in data["agencies"]
    ]
    return agencies, Rule(weights, **{name: stated[name] for name in _NUMBERS})


def indices(data: Mapping[str, Any]) -> list[AgencyIndex]:
    """Return the index of each agency from frozen inputs."""
    agencies, rule = from_json(data)
    return compute([each.for_index for each in agencies], rule)


# ---- as a section of a report ----


def section(data: Mapping[str, Any], names: Mapping[str, str]) -> Section:
    """Return the index with all its inputs as a section, in the active language; ``names`` are agencies by code.

    ``from_section`` computes the index again from these tables alone.
    """
    agencies, rule = from_json(data)
    note = gettext("Where the intervals of two agencies overlap, neither is called better.")
    return Section(
        key="commitment",
        heading=gettext("Commitment index"),
        paragraphs=(note,),
        tables=(
            _index_table(indices(data), names),
            _counts_table(agencies, names),
            _audits_table(agencies, names),
            _rule_table(rule),
        ),
        charts=(Chart(ChartKind.INTERVAL, "commitment_index", ("index", "low", "high"), gettext("Commitment index")),),
    )


def _index_table(rows: Sequence[AgencyIndex], names: Mapping[str, str]) -> Table:
    return Table(
        key="commitment_index",
        caption=gettext("Commitment index by agency, 0 to 100"),
        columns=(
            Column("agency", gettext("Agency"), ColumnKind.TEXT),
            Column("group", gettext("Group"), ColumnKind.TEXT),
            Column("volume", pgettext("figures", "Received"), ColumnKind.COUNT),
            Column("index", gettext("Index"), ColumnKind.SCORE),
            Column("low", gettext("From"), ColumnKind.SCORE),
            Column("high", gettext("To"), ColumnKind.SCORE),
            Column("mean", gettext("Mean of the group"), ColumnKind.SCORE),
        ),
        rows=tuple(
            (names[row.agency], str(group_label(row.group)), row.volume, row.index, row.low, row.high, row.mean)
            for row in rows
        ),
        row_keys=tuple(row.agency for row in rows),
    )


def _counts_table(agencies: Sequence[CountedAgency], names: Mapping[str, str]) -> Table:
    found = [(each.agency, component, pair) for each in agencies for component, pair in each.counts.items()]
    return Table(
        key="commitment_counts",
        caption=gettext("Counts of the components"),
        columns=(
            Column("agency", gettext("Agency"), ColumnKind.TEXT),
            Column("component", gettext("Component"), ColumnKind.TEXT),
            Column("good", gettext("Good"), ColumnKind.COUNT),
            Column("all", gettext("Of all"), ColumnKind.COUNT),
        ),
        rows=tuple((names[code], str(component.label), *pair) for code, component, pair in found),
        row_keys=tuple(f"{code}:{component.value}" for code, component, _pair in found),
    )


def _audits_table(agencies: Sequence[CountedAgency], names: Mapping[str, str]) -> Table:
    found = [(each, place, sort) for each in agencies for place, sort in enumerate(each.audited)]
    return Table(
        key="commitment_audits",
        caption=gettext("Audited answers by sort"),
        columns=(
            Column("agency", gettext("Agency"), ColumnKind.TEXT),
            Column("answers", gettext("Answers of this sort"), ColumnKind.COUNT),
            Column("judged", gettext("Audited"), ColumnKind.COUNT),
            Column("genuine", gettext("Found to be real"), ColumnKind.COUNT),
        ),
        rows=tuple((names[each.agency], sort.population, sort.judged, sort.genuine) for each, _place, sort in found),
        row_keys=tuple(f"{each.agency}:{place}" for each, place, _sort in found),
    )


def _rule_table(rule: Rule) -> Table:
    rows: list[tuple[str, Row]] = [
        (component.value, (str(component.label), weight)) for component, weight in rule.weights.items()
    ]
    labels = (
        gettext("An agency is medium-sized from this number of cases"),
        gettext("An agency is large from this number of cases"),
        gettext("Strength: the number of cases that the mean of the group counts as"),
    )
    rows += [(name, (label, getattr(rule, name))) for name, label in zip(_NUMBERS, labels, strict=True)]
    return Table(
        key="commitment_rule",
        caption=gettext("Weights in percent, and limits"),
        columns=(
            Column("name", gettext("Part of the rule"), ColumnKind.TEXT),
            Column("number", gettext("Number"), ColumnKind.COUNT),
        ),
        rows=tuple(row for _key, row in rows),
        row_keys=tuple(key for key, _row in rows),
    )


def from_section(frozen: Section) -> list[AgencyIndex]:
    """Compute the index again from a frozen section alone: neither database nor settings are read."""
    numbers = _numbers(frozen.table("commitment_rule"), 1)
    rule = Rule(
        {component: numbers[component.value][0] for component in Component},
        **{name: numbers[name][0] for name in _NUMBERS},
    )
    counts, audited = (
        _numbers(frozen.table(f"commitment_{name}"), first) for name, first in (("counts", 2), ("audits", 1))
    )
    shown = frozen.table("commitment_index")
    volumes = {code: row[2] for code, row in zip(shown.row_keys, shown.rows, strict=True)}
    agencies = [
        CountedAgency(
            code,
            int(volumes[code]),  # type: ignore[arg-type] # a count
            {
                Component(key.partition(":")[2]): (pair[0], pair[1])
                for key, pair in counts.items()
                if _belongs_to(key, code)
            },
            tuple(Stratum(*sort) for key, sort in audited.items() if _belongs_to(key, code)),
        )
        for code in volumes
    ]
    return compute([each.for_index for each in agencies], rule)


def _belongs_to(key: str, code: str) -> bool:
    return key.rpartition(":")[0] == code


def _numbers(table: Table, first: int) -> dict[str, list[int]]:
    """Return the counts of a table by the keys of its rows, from the column ``first`` on."""
    return {
        key: [int(cell) for cell in row[first:]]  # type: ignore[arg-type] # columns of counts
        for key, row in zip(table.row_keys, table.rows, strict=True)
    }


# ---- The e-mails of the commitment index: to the heads of each agency, that its draft awaits the reply. ----


TEMPLATE = "index_reply_open"
HEADS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL})


def tell_agencies(edition: IndexEdition, *, at: datetime) -> None:
    """Owe the heads of each agency in a draft the link to it, in the caller's transaction.

    Once for each edition and agency: counting a draft again tells only agencies that were not in it before.
    """
    codes = [row["agency"] for row in edition.counts["agencies"]]
    owed = [
        (f"index:{edition.pk}:{agency.code}", notice)
        for agency in Agency.objects.filter(code__in=codes).order_by("pk")
        for notice in _notices(edition, agency, at)
    ]
    outbox.owe_all(owed, at=at)


def _notices(edition: IndexEdition, agency: Agency, at: datetime) -> Iterator[Notice]:
    def words() -> dict[str, str]:
        url = reverse("commitment-agency", args=[edition.pk, agency.code])
        return {
            "agency": agency.short_name,
            "date": day_digits(edition.reply_until),
            "url": f"{settings.PUBLIC_URL}{url}",
        }

    for user in acting_as(HEADS, timezone.localdate(at), agency=agency):
        yield from to_staff(TEMPLATE, user, words, by=BY_EMAIL)


# ---- The editions of the index: drafted, counted again, replied to, answered and published, each through one
# door.


_FIELDS: Final = ["counts", "as_of", "counted_at", "reply_until"]


class PeriodNotOver(ValueError):
    """The period has days to come, so that its index is not known yet."""


class EditionExists(ValueError):
    """There is an index of this period already."""


class EditionPublished(ValueError):
    """The index is published, and nothing about it changes any more."""


class ReplyTimeOpen(ValueError):
    """Agencies may still reply, so that the index is not published yet."""


class ReplyTimeOver(ValueError):
    """The last day of the replies is over."""


class NothingCounted(ValueError):
    """No agency has any figures in the period."""


class ReplyChanged(ValueError):
    """The agency has replied anew since somebody read its reply, or the unit has answered it."""


class NoReply(LookupError):
    """The agency has not replied."""


def draft(period: ReportPeriod, *, reply_until: date, by: User | None, at: datetime) -> IndexEdition:
    """Count the index of a period that is over, open it for replies until a day, and tell the agencies in it.

    Raises PeriodNotOver, NothingCounted and EditionExists.
    """
    if period.ends_at > at:
        raise PeriodNotOver
    edition = IndexEdition(first=period.first, last=period.last, drafted_by=by, reply_until=reply_until)
    _count(edition, at=at)
    try:
        with transaction.atomic():
            edition.save(force_insert=True)
            tell_agencies(edition, at=at)
    except IntegrityError as error:
        if "index_once_per_period" in str(error):
            raise EditionExists from None
        raise
    return edition


@transaction.atomic
def recount(key: int, *, reply_until: date, at: datetime) -> IndexEdition:
    """Count a draft again, as after a corrected case, with a new last day for replies; locks it.

    Agencies that were not in it before are told.

    Raises EditionPublished.
    """
    edition = _unpublished(key)
    edition.reply_until = reply_until
    _count(edition, at=at)
    edition.save(update_fields=_FIELDS)
    tell_agencies(edition, at=at)
    return edition


@transaction.atomic
def publish(key: int, *, by: User, at: datetime) -> IndexEdition:
    """Publish a draft once the last day of the replies is over; locks it. Raises EditionPublished and ReplyTimeOpen."""
    edition = _unpublished(key)
    if timezone.localdate(at) <= edition.reply_until:
        raise ReplyTimeOpen
    edition.published_by, edition.published_at = by, at
    edition.save(update_fields=["published_by", "published_at"])
    return edition


@transaction.atomic
def reply(key: int, agency: Agency, text: str, *, read: datetime | None, by: User, at: datetime) -> IndexReply:
    """Store what an agency says, in place of what it said before and of the answer to it; locks the edition.

    ``read`` is the ``last_said`` of the page it was written on, None where nothing was said yet. Raises
    EditionPublished, ReplyTimeOver and ReplyChanged.
    """
    edition = _unpublished(key)
    if timezone.localdate(at) > edition.reply_until:
        raise ReplyTimeOver
    before = IndexReply.objects.filter(edition=edition, agency=agency).first()
    if (before.last_said if before else None) != read:
        raise ReplyChanged
    said, _is_new = IndexReply.objects.update_or_create(
        edition=edition,
        agency=agency,
        defaults={"text": text, "by": by, "at": at, "answer": "", "answered_by": None, "answered_at": None},
    )
    return said


@transaction.atomic
def answer(key: int, agency: Agency, text: str, *, read: datetime | None, by: User, at: datetime) -> IndexReply:
    """Store the answer of the unit to the reply of the moment ``read``; locks the edition.

    Raises EditionPublished, NoReply and ReplyChanged.
    """
    edition = _unpublished(key)
    said = IndexReply.objects.select_for_update().filter(edition=edition, agency=agency).first()
    if said is None:
        raise NoReply
    if said.at != read:
        raise ReplyChanged
    said.answer, said.answered_by, said.answered_at = text, by, at
    said.save(update_fields=["answer", "answered_by", "answered_at"])
    return said


def report_section(period: ReportPeriod) -> Section | None:
    """Return the index of exactly this period as a section of its report, in the active language; None without one.

    A draft is left out: its agencies may still reply to it before others read it. Two statements.
    """
    published = IndexEdition.objects.exclude(published_at=None)
    edition = published.filter(first=period.first, last=period.last).first()
    if edition is None:
        return None
    return section(edition.counts, {agency.code: agency.name for agency in Agency.objects.all()})


def _unpublished(key: int) -> IndexEdition:
    edition = IndexEdition.objects.select_for_update().get(pk=key)
    if edition.published_at is not None:
        raise EditionPublished
    return edition


def _count(edition: IndexEdition, *, at: datetime) -> None:
    agencies, as_of = count(ReportPeriod(edition.first, edition.last), at=at)
    if not agencies:
        raise NothingCounted
    edition.counts = to_json(agencies, rule_on(edition.last))
    edition.as_of, edition.counted_at = as_of, at
