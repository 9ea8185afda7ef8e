"""Holidays and working hours, the working calendar made of them, and the changes that move deadlines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from functools import lru_cache
from typing import Any, ClassVar, Final, NamedTuple

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.calendar import Hours, WorkingCalendar
from agencies.models.base import Dated, Named, Reference, Shipped, span_of_days
from kit.compiled_reads import CompiledRead


class HolidayStatus(models.TextChoices):
    """How certain a holiday is; one that does not take place is called off, not deleted."""

    CONFIRMED = "confirmed", _("confirmed")
    ESTIMATED = "estimated", _("estimated")
    CALLED_OFF = "called_off", pgettext_lazy("a holiday", "cancelled")


class Audience(models.TextChoices):
    """Whose day off it is."""

    ALL = "all", _("everyone")
    CHRISTIANS = "christians", _("Christians")


class HolidayQuerySet(models.QuerySet["Holiday"]):
    """Queries for holidays."""

    def closing_offices(self) -> HolidayQuerySet:
        """Return the days on which offices are closed; a day off for Christians alone is a working day."""
        return self.filter(audience=Audience.ALL).exclude(status=HolidayStatus.CALLED_OFF)


class Holiday(Shipped, Named, Reference):
    """A day off by communiqué; days by the lunar calendar are estimated until it is issued."""

    on = models.DateField(_("day"))
    audience = models.CharField(_("applies to"), max_length=12, choices=Audience, default=Audience.ALL)
    status = models.CharField(_("status"), max_length=12, choices=HolidayStatus, default=HolidayStatus.CONFIRMED)
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = HolidayQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["on", "name_ar"]
        # Two occasions can fall on one day (25 May 2028), one occasion not twice.
        constraints: ClassVar = [models.UniqueConstraint(fields=["on", "name_ar"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.on.isoformat()}"


class Period(models.TextChoices):
    """The part of the year for which working hours hold."""

    NORMAL = "normal", _("outside Ramadan")
    RAMADAN = "ramadan", _("Ramadan")


class WorkingHours(Shipped, Dated, Reference):
    """The hours of government offices in a span of days; those of Ramadan win over those of the year."""

    period = models.CharField(_("period"), max_length=10, choices=Period)
    opens = models.TimeField(_("opening time"), null=True, blank=True)
    closes = models.TimeField(_("closing time"), null=True, blank=True)
    estimated = models.BooleanField(
        _("estimated"), default=False, help_text=_("The days, or hours not yet announced, may still change")
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["period", F("starts_on").asc(nulls_first=True)]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="hours_are_both_known_or_neither",
            ),
            models.CheckConstraint(
                condition=Q(opens=None) | Q(closes=None) | Q(closes__gt=F("opens")), name="hours_close_after_they_open"
            ),
            models.CheckConstraint(
                condition=Q(opens__isnull=False) | Q(estimated=True, period=Period.RAMADAN),
                name="hours_unknown_only_in_an_estimated_ramadan",
                violation_error_message=_("Only an estimated Ramadan may be without working hours"),
            ),
            models.CheckConstraint(
                condition=~Q(period=Period.RAMADAN) | Q(starts_on__isnull=False, ends_on__isnull=False),
                name="hours_of_ramadan_have_dates",
                violation_error_message=_("Enter the first and the last day of Ramadan"),
            ),
            ExclusionConstraint(
                name="hours_of_a_period_do_not_overlap",
                expressions=[("period", RangeOperators.EQUAL), (span_of_days(), RangeOperators.OVERLAPS)],
                violation_error_message=_("There are already working hours for some of these days"),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(
            filter(None, [str(self.get_period_display()), self.starts_on.isoformat() if self.starts_on else ""])
        )

    def clean(self) -> None:
        """Refuse half-known hours and offices that close before they open."""
        super().clean()
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": _("Enter both times, or neither")})
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": _("The closing time must be after the opening time")})


class CalendarChange(models.Model):
    """A change of the calendar after which the open deadlines are recalculated, and how far that has come.

    ``position`` is the key of the last clock that was looked at. A newer change overtakes an older one.
    """

    made_at = models.DateTimeField()
    position = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of the calendar")
        verbose_name_plural = _("changes of the calendar")
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(finished_at=None), name="calendar_change_pending")]

    def __str__(self) -> str:
        return self.made_at.isoformat()


def current_calendar() -> WorkingCalendar:
    """Return the working calendar as it stands now, in one query.

    The rows are read each time, so that a day off entered a moment ago counts at once; the same rows give the same
    object, which knows the days that were looked up before.
    """
    rows = _ROWS.rows()
    return _calendar(tuple(_Span(*row[:-1]) for row in rows), tuple(rows[0][-1]) if rows else ())


class _Span(NamedTuple):
    """What the calendar reads of a row of hours."""

    period: str
    opens: time | None
    closes: time | None
    starts_on: date | None
    ends_on: date | None
    estimated: bool


def _rows(_shape: None) -> models.QuerySet[WorkingHours, Any]:
    days_off = Holiday.objects.closing_offices().order_by().values("on")
    return WorkingHours.objects.values_list(*_Span._fields, ArraySubquery(days_off))


_ROWS: Final = CompiledRead(_rows, is_prepared=True)


@lru_cache(maxsize=2)
def _calendar(rows: tuple[_Span, ...], days_off: tuple[date, ...]) -> WorkingCalendar:
    return WorkingCalendar(tuple(_spans(rows)), frozenset(days_off))


def _spans(rows: Iterable[_Span]) -> Iterable[Hours]:
    """Yield the hours of ``rows``, which come the year first and then each Ramadan in turn.

    A Ramadan not yet announced gets the hours of the last one before it; without any before it, it works as the year.
    """
    known: dict[str, Hours] = {}
    for row in rows:
        if row.opens and row.closes:
            known[row.period] = Hours(row.opens, row.closes)
        if last := known.get(row.period):
            yield Hours(last.opens, last.closes, row.starts_on, row.ends_on, estimated=row.estimated)
