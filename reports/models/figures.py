"""Kept figures: the entries of each case, their sums by month and by day, and which cases have changed since.

Only ``reports.figures.kept`` writes these rows. The columns of amounts are those of ``reports.models.figures``, empty
where nothing is added. Keys of agencies, topics and governorates carry no foreign keys: the rows are derived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import ClassVar, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from complaints.workflow import Outcome

# ---- What entries of cases add up: the columns of kept figures, from which ``reports.figures.measures``
# computes.


def outcome_amount(outcome: str) -> str:
    """Return the name of the amount that counts the cases closed with an outcome."""
    return f"outcome_{outcome}"


#: How cases were closed.
OUTCOMES: Final = tuple(map(outcome_amount, Outcome.values))
#: What happened in a period, by its origin.
FLOWS: Final = (
    "received",
    "came_back",
    "closed",
    "confirmed",
    "disputed",
    "unanswered",
    "rated",
    "treated",
    "treatment",
    "decided",
    "decided_in_time",
    "answered",
    "answered_in_time",
    "challenged",
    "bounced",
    "extended",
    "objected",
    "upheld",
    "failed",
    "reclassified",
    "audited",
    "hollow",
    # Of the cases received in a period, those that are closed: by the day on which they were filed.
    "received_closed",
    *OUTCOMES,
)
#: The flows by which cases are listed: those of a group are found by one index.
LISTED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "filed": ("received", "came_back"),
        "closed": ("closed",),
        "decided": ("decided", "decided_in_time"),
        "answered": ("answered", "answered_in_time", "challenged"),
        "words": ("confirmed", "disputed", "unanswered", "rated", "treated"),
        "seldom": ("bounced", "extended", "objected", "upheld", "failed", "reclassified", "hollow"),
    }
)
HOLDERS: Final = ("desk", "directorate", "citizen", "unit", "outside")
#: Working seconds from a change of holder to the end of its month, and how many cases each holder has.
RESTS: Final = tuple(f"rest_{holder}" for holder in HOLDERS)
HELD: Final = tuple(f"held_{holder}" for holder in HOLDERS)
#: From how many days after filing on a case has an age, and until when.
AGE_DAYS: Final[Mapping[str, tuple[int, int | None]]] = MappingProxyType(
    {"age_week": (0, 7), "age_month": (7, 30), "age_quarter": (30, 90), "age_older": (90, None)}
)
AGES: Final = tuple(AGE_DAYS)
#: What stands at the end of a period.
STOCKS: Final = ("pending", "late", *AGES)
AMOUNTS: Final = (*FLOWS, *STOCKS, *RESTS, *HELD)
#: What is kept by day of the cases of one agency, topic or kind: what breakdowns of any days show. All amounts, with
#: the working days of acts, would leave nearly as many rows as there are entries.
BY_DAY: Final = (
    "received",
    "came_back",
    "closed",
    "confirmed",
    "disputed",
    "answered",
    "answered_in_time",
    *OUTCOMES,
    "pending",
    "late",
)
#: What figures can be broken down by.
CELL: Final = ("agency_id", "topic_id", "kind", "channel", "governorate_id")
#: Whole working days of a decision or an answer.
DAYS: Final = ("decide_days", "answer_days")


_KEYS = ("agency_id", "topic_id", "kind", "channel", "governorate_id")


class _Cell(models.Model):
    agency_id = models.BigIntegerField(null=True)
    topic_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12, null=True)  # noqa: DJ001 - empty where sums are not by kind
    channel = models.CharField(max_length=12, null=True)  # noqa: DJ001 - the same
    governorate_id = models.BigIntegerField(null=True)

    class Meta:
        abstract = True


class _Amounts(models.Model):
    class Meta:
        abstract = True


for _name in AMOUNTS:
    _Amounts.add_to_class(_name, models.BigIntegerField(null=True))


def _of_lists() -> Iterator[models.Index]:
    """Yield the indexes by which cases are listed, the newest act first: of all agencies and of one."""
    for group, names in LISTED.items():
        adds = reduce(or_, (models.Q(**{f"{name}__gt": 0}) for name in names))
        yield models.Index(fields=["origin", "case_id"], condition=adds, name=f"figure_list_{group}")
        yield models.Index(
            fields=["agency_id", "origin", "case_id"], condition=adds, name=f"figure_agency_list_{group}"
        )


class FigureEntry(_Cell, _Amounts):
    """What one moment of a case adds to the figures; ``reports.figures.entries`` defines it.

    A moment may lie in the future: a case that is late from then on, if nothing happens.
    """

    case_id = models.BigIntegerField(db_index=True)
    moment = models.DateTimeField()
    origin = models.DateTimeField()
    decide_days = models.IntegerField(null=True)
    answer_days = models.IntegerField(null=True)

    class Meta:
        verbose_name = _("entry of figures")
        indexes: ClassVar = [
            models.Index(fields=["moment"], name="figure_entry_moment"),
            models.Index(fields=["origin"], name="figure_entry_origin"),
            models.Index(fields=["agency_id", "moment"], name="figure_entry_agency"),
            *_of_lists(),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.moment}"


class _MonthSum(_Cell):
    """Sums by the dimensions whose bit in ``rolled_up`` is 0, of entries of a month that belong to ``origin_month``."""

    rolled_up = models.SmallIntegerField()
    month = models.DateField()
    origin_month = models.DateField()

    class Meta:
        abstract = True


class FigureTotal(_MonthSum, _Amounts):
    """The amounts of a month, by one or two dimensions."""

    class Meta:
        verbose_name = _("kept total")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rolled_up", "month", "origin_month", *_KEYS],
                nulls_distinct=False,
                name="figure_total_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.rolled_up}"


class FigureDuration(_MonthSum):
    """How many decisions or answers of a month took so many working days, by one or two dimensions."""

    acts = models.CharField(max_length=8)
    days = models.IntegerField()
    number = models.BigIntegerField()

    class Meta:
        verbose_name = _("kept duration")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rolled_up", "month", "origin_month", *_KEYS, "acts", "days"],
                nulls_distinct=False,
                name="figure_duration_once",
            ),
            models.CheckConstraint(condition=models.Q(acts__in=["decided", "answered"]), name="figure_duration_acts"),
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.acts} {self.days}"


class FigureDay(_Cell, _Amounts):
    """What the entries of a day and of an ``origin`` on one day add up to, by one dimension or none.

    Read as an entry at midnight; ``rolled_up`` is that of a ``_MonthSum``.
    """

    rolled_up = models.SmallIntegerField()
    moment = models.DateTimeField()
    origin = models.DateTimeField()
    decide_days = models.IntegerField(null=True)
    answer_days = models.IntegerField(null=True)

    class Meta:
        verbose_name = _("kept day")
        indexes: ClassVar = [models.Index(fields=["rolled_up", "origin"], name="figure_day_by_origin")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rolled_up", "moment", "origin", *_KEYS, "decide_days", "answer_days"],
                nulls_distinct=False,
                name="figure_day_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.moment} {self.origin}"


class FigureMonth(models.Model):
    """When the sums of a month were changed last, or what they are made of: by the clock of the database.

    What was made of the sums of a month and of those before it is as they are while these rows are the same.
    """

    month = models.DateField(primary_key=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("month of kept figures")

    def __str__(self) -> str:
        return f"{self.month} {self.changed_at}"


class FigureChange(models.Model):
    """A case that changed since its entries were written; triggers add a row in the transaction of each change."""

    case_id = models.BigIntegerField()
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("changed case")

    def __str__(self) -> str:
        return str(self.case_id)


class FigureState(models.Model):
    """How far the kept figures are; one row.

    ``as_of`` is the moment up to which the sums count, empty while they are built. Then ``position`` is the last case
    whose entries are written, and ``month`` the next month to sum up to ``counting_to``. ``calendar`` holds the working
    hours and days off by which the entries were counted.
    """

    as_of = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)
    month = models.DateField(null=True)
    counting_to = models.DateTimeField(null=True)
    calendar = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("state of kept figures")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="figure_state_is_one")]

    def __str__(self) -> str:
        return str(self.as_of)


# ---- The lists of dashboards that cost too much for a page: a worker makes them, and a page shows the newest. ----


class KeptListName(models.TextChoices):
    """The lists that are kept."""

    RISES = "rises", _("Sudden rises")
    QUIET = "quiet", _("Quiet agencies")
    AT_RISK = "at_risk", _("Agencies that may miss promises")
    MISSED = "missed", _("Missed deadlines")
    DIRECTORY = "directory", _("Directory health")
    MESSAGES = "messages", _("Messages in trouble")


class KeptList(models.Model):
    """One list as it stood at ``made_at``: keys and numbers without names and texts, which the page adds.

    Written by ``reports.dashboards.kept`` alone.
    """

    name = models.CharField(primary_key=True, max_length=12, choices=KeptListName)
    made_at = models.DateTimeField()
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("list of a dashboard")

    def __str__(self) -> str:
        return f"{self.name} {self.made_at:%Y-%m-%d %H:%M}"
