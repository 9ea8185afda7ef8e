"""The history of a case: append-only events, and who held it from when to when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.case import PASSING_ON
from complaints.workflow import Action, Holder, State
from kit.crypto import LONGEST_KEY_ID

#: Bits of an event's key that hold its number: a case has room for a million events.
NUMBER_BITS: Final = 20


def event_key(case: int, number: int) -> int:
    """Return the key of event ``number`` of the case with the key ``case``, known before the event is written."""
    return case << NUMBER_BITS | number


def events_of_its_case(name: str, *events: str, case: str = "case") -> models.CheckConstraint:
    """Return the constraint that the foreign keys ``events``, where set, point to events of the row's own ``case``."""
    own = models.Q()
    for event in events:
        own &= models.Q(**{case: models.F(event).bitrightshift(NUMBER_BITS)})
    return models.CheckConstraint(condition=own, name=name)


class CaseEvent(models.Model):
    """One action on a case; a trigger refuses to change or delete it.

    ``id`` is ``event_key`` of the case and the number, so that the words written with an event point to it by foreign
    keys although they are written first. ``facts`` holds codes, dates, hashes, and the keys of the agencies and people
    that the action names; the properties below read it. Texts are in rows of their own, which retention may erase.
    ``chain`` is the HMAC of the event before it and of this one, by the key ``key_id`` of HISTORY_KEYS (see
    ``complaints.engine.history``); events older than those keys have none.
    """

    id = models.BigIntegerField(primary_key=True, editable=False)
    case = models.ForeignKey("complaints.Case", models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, choices=State, blank=True)
    to_state = models.CharField(max_length=12, choices=State)
    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    on_behalf_of = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict)
    chain = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=LONGEST_KEY_ID, db_default="")

    class Meta:
        verbose_name = _("event")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="event_number_is_unique"),
            models.CheckConstraint(
                condition=models.Q(
                    number__lt=1 << NUMBER_BITS,
                    id=models.ExpressionWrapper(
                        models.F("case") * (1 << NUMBER_BITS) + models.F("number"), models.BigIntegerField()
                    ),
                ),
                name="event_key_is_of_its_case_and_number",
            ),
        ]
        indexes = [
            models.Index(fields=["actor", "action"], condition=models.Q(actor__isnull=False), name="event_of_actor"),
            models.Index(
                fields=["actor", "-case"],
                condition=models.Q(actor__isnull=False, action__in=PASSING_ON),
                name="event_passing_on",
            ),
            models.Index(
                fields=["agency", "at"], condition=models.Q(action=Action.UPHOLD.value), name="event_accepting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}:{self.number} {self.action}"

    @property
    def promised_on(self) -> date | None:
        """Return the day promised by an acceptance."""
        return self._day("promised_on")

    @property
    def new_on(self) -> date | None:
        """Return the new day of the reply: proposed, granted or recalculated."""
        return self._day("new_on")

    @property
    def reason(self) -> str:
        """Return the code of the reason for which an agency declined or returned the case."""
        return self._code("reason")

    @property
    def withdrawn_because(self) -> str:
        """Return the code of the reason for which the citizen withdrew the case, empty where none was given."""
        return self._code("because")

    @property
    def outcome(self) -> str:
        """Return the code of the outcome of a closing or of a proposed answer."""
        return self._code("outcome")

    @property
    def solved(self) -> str:
        """Return what the citizen said of the problem in a rating: a code of ``Solved``."""
        return self._code("solved")

    @property
    def mandate(self) -> str:
        """Return the key of the mandate by which the actor spoke for the citizen, empty for everybody else."""
        return self._code("mandate")

    @property
    def named_agency_id(self) -> int | None:
        """Return the agency the case was referred to, or whose partner task was added, answered or dropped."""
        return self._key("agency")

    @property
    def desk_id(self) -> int | None:
        """Return the agency at whose desk a note or a recusal was written; None for the unit."""
        return self._key("desk")

    @property
    def link_bearer(self) -> str:
        """Return how a directorate got its link: a code of ``LinkBearer``."""
        return self._code("handed")

    @property
    def is_for_answer(self) -> bool:
        """Tell whether a follower was accepted only to be given the answer of its lead at the same moment."""
        return bool(self.facts.get("for_answer"))

    @property
    def officer_before(self) -> UUID | None:
        """Return whose case it was before an acceptance or a refusal."""
        key = self._code("officer_before")
        return UUID(key) if key else None

    @property
    def directorate_before(self) -> int | None:
        """Return the directorate that the case named before an acceptance or a refusal."""
        return self._key("directorate_before")

    @property
    def first_undone(self) -> int | None:
        """Return the number of the first event that this one undoes, together with those between the two."""
        return self._key("undone")

    @property
    def through(self) -> str:
        """Return as what somebody else acted for the citizen: a code of ``Actor``, empty where nobody did."""
        return self._code("through")

    @property
    def step(self) -> str:
        """Return the reminder or escalation level that the clock took."""
        return self._code("step")

    @property
    def shows_files(self) -> int:
        """Return how many of a directorate's files the citizen was shown with it."""
        return self._key("shown") or 0

    @property
    def hides_files(self) -> int:
        """Return how many of a directorate's files the citizen sees no longer since."""
        return self._key("hidden") or 0

    @property
    def is_first_miss(self) -> bool:
        """Tell whether this miss is the first since the case was filed or reopened: the citizen is told of that one."""
        return bool(self.facts.get("first"))

    @property
    def found_nobody(self) -> bool:
        """Tell whether the escalation level that the clock took had nobody on it."""
        return bool(self.facts.get("empty"))

    @property
    def moved_due(self) -> tuple[datetime, datetime]:
        """Return the deadline before and after it was recalculated."""
        old, new = (datetime.fromisoformat(self.facts[name]) for name in ("old_due", "new_due"))
        return old, new

    def _code(self, name: str) -> str:
        return str(self.facts.get(name) or "")

    def _key(self, name: str) -> int | None:
        key = self.facts.get(name)
        return None if key is None else int(key)

    def _day(self, name: str) -> date | None:
        text = self.facts.get(name)
        return date.fromisoformat(text) if text else None


class TextSalt(models.Model):
    """The random salt of the fingerprint of the texts that were written with one event.

    Whoever erases the texts erases it too: then nobody can guess short texts by the fingerprint in the history, and
    ``verify_history`` knows that they were erased. Texts without their salt count as rewritten.
    """

    event = models.OneToOneField(CaseEvent, models.CASCADE, primary_key=True, related_name="text_salt")
    salt = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("salt of texts")

    def __str__(self) -> str:
        return str(self.event_id)


class _Span(models.Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Holding(models.Model):
    """One span of time in which one party held the case; while the case is open the spans leave no gap.

    The database refuses two open spans and any overlap; ``complaints.engine.transition`` starts each span in the moment
    the one before it ends.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="holdings")
    holder = models.CharField(max_length=14, choices=Holder)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("holding")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="holding_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="holding_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~models.Q(holder__in=[Holder.AGENCY, Holder.DIRECTORATE]) | models.Q(agency__isnull=False),
                name="holding_of_an_agency_names_it",
            ),
            # The case first: with the span first, PostgreSQL compares each span with those of all cases.
            ExclusionConstraint(
                name="holding_spans_do_not_overlap",
                expressions=[
                    ("case", RangeOperators.EQUAL),
                    (_Span("started_at", "ended_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.holder}"
