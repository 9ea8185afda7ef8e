"""The case: what a person sent, where it stands and what it promises."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Concat, Reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import CMU, DESK, READERS, Role
from complaints import reference
from complaints.models.centre_contacts import has_mandate, spoken_for_by
from complaints.models.channels import Channel, NotifyBy
from complaints.models.coordinates import are_in_jordan_or_absent
from complaints.workflow import AT_AGENCY, WITH_AGENCY, Action, Holder, Kind, Outcome, State
from kit.compiled_reads import CompiledRead

SUBJECT_LENGTH = 120
DETAILS_LENGTH = 3000
EMPLOYEE_LENGTH = 120
#: Working days for the answer to a case without a topic.
DEFAULT_LIMIT_DAYS = 7
#: A member of staff who did one of these may still open the case after it has left their desk.
PASSING_ON = (Action.FILE, Action.DECLINE, Action.RETURN, Action.REFER)
#: The actions that bring a case back to the desk that had it before.
COMEBACKS = (Action.UPHOLD, Action.REPLY, Action.LAPSE, Action.REFER)


def reversed_reference() -> Reverse:
    """Return the tracking number from its last digit to its first, by which an index finds the last digits."""
    return Reverse("reference")


class ArabicStrip(models.Func):
    """Fold Arabic letters and digits and strip the article, in the database (``ar_strip``)."""

    function = "ar_strip"
    output_field = models.TextField()


class CaseQuerySet(models.QuerySet["Case"]):
    """Filters and prefetches for cases."""

    def visible_to(self, user: User | AnonymousUser, *, at: datetime) -> Self:
        """Return the cases ``user`` may open at ``at``; every page about a case loads it through here.

        A citizen sees their own cases and, by a mandate in force, those of another person that it covers. The CMU's
        staff see all. The desk and the escalation ladder of an agency see its cases and those on which it has an open
        task. Staff who filed, declined or passed a case on may still open it. At work nobody sees a case that they
        filed or are recused from, a deputy none from which the absent colleague is. Everybody else sees none.
        """
        if not user.is_authenticated:
            return self.none()
        if not user.is_staff:
            return self.filter(models.Q(citizen__user=user) | spoken_for_by(user, at=at))
        authority = user.authority(at)
        if authority.has(CMU) or not authority.is_staff:
            return self.at_desk_of(user, at=at)
        own = _reached(user, READERS, _at, at=at) | _reached(user, READERS, _tasked, at=at)
        return self.not_own_or_recused(user).filter(own | _was_passed_on_by(user))

    def at_desk_of(self, user: User, *, at: datetime) -> Self:
        """Return the cases for the queue of ``user`` at ``at``: those of their agencies, or all for the CMU."""
        authority = user.authority(at)
        others = self.not_own_or_recused(user)
        if not authority.has(CMU):
            return others.filter(_reached(user, DESK, _at, at=at))
        absent = authority.only_for(CMU)
        return others.exclude(_recused_everywhere(absent)) if absent else others

    def lock_version(self, case: int) -> int:
        """Lock a case and return its version, by which a form knows whether the case has changed since it was made."""
        version: int = self.select_for_update(of=("self",)).values_list("version", flat=True).get(pk=case)
        return version

    def urgent(self) -> Self:
        """Return the open cases whose words tell of danger to life or limb."""
        return self.filter(is_urgent=True).exclude(state=State.CLOSED)

    def in_hand(self) -> Self:
        """Return the cases assigned to an officer; one with an open objection is with the unit until it rules."""
        return self.filter(state__in=WITH_AGENCY, officer__isnull=False)

    def not_own_or_recused(self, user: User) -> Self:
        """Return the cases that ``user`` neither filed as a citizen nor is recused from."""
        # Not a join: the hashed list of the few keys leaves every index its order.
        others = self.exclude(pk__in=_recusing(user.pk))
        return others.exclude(citizen_id=user.person_id) if user.person_id else others

    def own_or_recused(self, user: User) -> Self:
        """Return the few cases that ``not_own_or_recused`` leaves out."""
        kept = models.Q(pk__in=_recusing(user.pk))
        return self.filter(kept | models.Q(citizen_id=user.person_id) if user.person_id else kept)

    def with_recused(self) -> Self:
        """Return the cases with the keys of the staff recused from each, so that a list needs no statement per case."""
        recusals = apps.get_model("complaints", "Recusal").objects.open().filter(case=models.OuterRef("pk"))
        return self.annotate(recused=ArraySubquery(recusals.order_by("person").values("person")))

    def for_listing(self) -> Self:
        """Return the cases with the related rows a list shows, so that it needs no statement per case."""
        return self.select_related("agency", "topic", "citizen", "directorate").defer(
            "details", "folded", "search_vector"
        )

    def for_page(self) -> Self:
        """Return the cases with the related rows a case page shows."""
        joined = self.select_related(
            "agency", "topic", "topic__parent", "citizen", "directorate", "governorate", "officer"
        )
        return joined.with_recused().annotate(is_spoken_for=has_mandate()).defer("folded", "search_vector")

    def with_tags(self, user: User, *, at: datetime) -> Self:
        """Return the cases with ``tags``: the labels set by the desks of ``user``, and no other desk's."""
        homes = user.authority(at).agencies(DESK | CMU)
        labels = apps.get_model("complaints", "Label").objects.filter(case=models.OuterRef("pk"), agency__in=homes)
        return self.annotate(tags=ArraySubquery(labels.order_by("name").values("name")))

    def locked(self) -> Self:
        """Return the cases locked for this transaction, with what a transition reads.

        The citizen is locked too: a change of their phone number meanwhile waits, and then also covers the messages
        owed in this transaction. After a wait the agency is that of before: ``transition`` reads it again.
        """
        locked = self.select_for_update(of=("self", "citizen")).annotate(is_spoken_for=has_mandate())
        return locked.select_related("agency", "topic", "citizen").defer("folded", "search_vector")


def _at(agencies: Collection[int]) -> models.Q:
    return models.Q(agency__in=agencies)


def _tasked(agencies: Collection[int]) -> models.Q:
    tasks = apps.get_model("complaints", "ReferralTask").objects
    return models.Q(pk__in=tasks.filter(agency__in=agencies, state="open").values("case"))


def _reached(
    user: User, roles: Collection[Role], where: Callable[[Collection[int]], models.Q], *, at: datetime
) -> models.Q:
    """Return the condition for the cases ``user`` sees by ``roles``.

    A deputy does not see a case from which everybody they act for is recused.
    """
    authority = user.authority(at)
    lenders = authority.lenders(roles)
    reached = where(authority.agencies(roles) - lenders.keys())
    for agency, absent in lenders.items():
        reached |= where({agency}) & ~_recused_everywhere(absent)
    return reached


def _recused_everywhere(people: Iterable[uuid.UUID]) -> models.Q:
    return models.Q(*(models.Q(pk__in=_recusing(person)) for person in sorted(people)))


def _recusing(person: uuid.UUID) -> models.QuerySet[Any, Any]:
    return apps.get_model("complaints", "Recusal").objects.open().filter(person=person).values("case")


def _was_passed_on_by(user: User) -> models.Exists:
    # Not a list of keys: who works for years has passed on thousands, which would be read for each page of a case.
    events = apps.get_model("complaints", "CaseEvent").objects.filter(case=models.OuterRef("pk"), actor=user.pk)
    return models.Exists(events.filter(action__in=PASSING_ON))


def _recused(_shape: None, *, case: int) -> models.QuerySet[Any, Any]:
    recusals = apps.get_model("complaints", "Recusal").objects
    return recusals.open().filter(case=case).order_by().values_list("person", flat=True)


_RECUSED: Final = CompiledRead(_recused, is_prepared=True)


class Case(models.Model):
    """One complaint, suggestion, inquiry or praise.

    ``state`` changes only in ``complaints.engine.transition``: a database trigger refuses any other write of it, and
    asks at commit for the event that records it. Since ``unit_asked_at`` the unit is asked to step in, until the state
    changes. ``version`` is the number of the newest event, ``changed_at`` its
    moment, which never moves back, and ``chain`` its hash.
    ``is_urgent``: its words told of danger when it was filed (``complaints.actions.classification``).
    ``holder`` is that of the open holding; ``employee`` the name of the employee as the citizen typed it. Since
    ``erased_at`` the words and the person of a closed case are gone (``complaints.retention``).
    """

    reference = models.CharField(_("tracking number"), max_length=reference.LENGTH, unique=True)
    submission = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel, default=Channel.WEB)
    language = models.CharField(max_length=2, default="ar")
    citizen = models.ForeignKey("accounts.Citizen", models.PROTECT, related_name="cases")
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    notify_by = models.CharField(max_length=5, choices=NotifyBy, default=NotifyBy.SMS)
    hides_identity = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False, db_default=False)

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="cases")
    topic = models.ForeignKey("agencies.Topic", models.PROTECT, null=True, blank=True, related_name="cases")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, null=True, blank=True, related_name="+")
    officer = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")

    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH)
    details = models.TextField(_("details"), max_length=DETAILS_LENGTH)
    governorate = models.ForeignKey("agencies.Governorate", models.PROTECT, null=True, blank=True, related_name="+")
    area = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    employee = models.CharField(max_length=EMPLOYEE_LENGTH, blank=True)

    state = models.CharField(max_length=12, choices=State)
    resumes_to = models.CharField(max_length=12, choices=State, blank=True)
    holder = models.CharField(max_length=14, choices=Holder, blank=True)
    last_action = models.CharField(max_length=20, default=Action.FILE)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    chain = models.BinaryField(max_length=32)
    filed_at = models.DateTimeField()
    limit_from = models.DateTimeField()
    promised_on = models.DateField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    unit_asked_at = models.DateTimeField(null=True, blank=True)
    bounces = models.PositiveSmallIntegerField(default=0)
    objections_made = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    folded = models.GeneratedField(
        expression=ArabicStrip(Concat("subject", models.Value(" "), "details", output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )
    search_vector = models.GeneratedField(
        expression=SearchVector(
            ArabicStrip(Concat("subject", models.Value(" "), "details", output_field=models.TextField())),
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    #: Whether a mandate was ever given for the citizen; read for pages and the lock, and set when it is filed by one.
    is_spoken_for = False

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                name="case_waits_with_the_state_it_resumes_to",
                condition=models.Q(state=State.WAITING) ^ models.Q(resumes_to=""),
            ),
            models.CheckConstraint(
                name="case_is_closed_with_an_outcome",
                condition=(models.Q(state=State.CLOSED, closed_at__isnull=False) & ~models.Q(outcome=""))
                | (~models.Q(state=State.CLOSED) & models.Q(closed_at__isnull=True, outcome="")),
            ),
            models.CheckConstraint(
                name="case_is_held_until_it_is_closed",
                condition=models.Q(state=State.CLOSED) ^ ~models.Q(holder=""),
            ),
            models.CheckConstraint(
                name="case_unit_is_asked_while_an_agency_has_it",
                condition=models.Q(unit_asked_at__isnull=True) | models.Q(state__in=sorted(AT_AGENCY)),
            ),
            models.CheckConstraint(
                name="case_has_an_agency_once_referred",
                condition=models.Q(agency__isnull=False) | ~models.Q(state__in=sorted(AT_AGENCY)),
            ),
            models.CheckConstraint(
                name="case_in_progress_has_a_promise",
                condition=models.Q(promised_on__isnull=False) | ~models.Q(state=State.IN_PROGRESS),
            ),
            models.CheckConstraint(condition=are_in_jordan_or_absent(), name="case_is_in_jordan"),
        ]
        indexes = [
            # The queue of an agency and of the CMU, by deadline: one index range scan.
            models.Index(
                fields=["agency", "state", "deadline_at", "id"],
                condition=~models.Q(state=State.CLOSED),
                name="case_agency_queue",
            ),
            models.Index(
                fields=["state", "deadline_at", "id"], condition=~models.Q(state=State.CLOSED), name="case_queue"
            ),
            # The same by age: keys are given out in the order of filing.
            models.Index(fields=["agency", "id"], condition=~models.Q(state=State.CLOSED), name="case_agency_by_age"),
            models.Index(fields=["id"], condition=~models.Q(state=State.CLOSED), name="case_by_age"),
            # The search for a case by its last digits.
            models.Index(OpClass(reversed_reference(), name="text_pattern_ops"), name="case_reference_backwards"),
            # Partial indexes for the views that show a small part of a queue.
            models.Index(
                fields=["agency", "deadline_at", "id"],
                condition=models.Q(is_urgent=True) & ~models.Q(state=State.CLOSED),
                name="case_urgent",
            ),
            # With what else is asked of them: else all cases of the agency would be read to find which are its own.
            models.Index(
                fields=["officer", "deadline_at", "id"],
                include=["agency", "state"],
                condition=models.Q(officer__isnull=False) & ~models.Q(state=State.CLOSED),
                name="case_of_officer",
            ),
            models.Index(
                fields=["agency", "deadline_at", "id"],
                condition=models.Q(holder=Holder.DIRECTORATE),
                name="case_with_directorates",
            ),
            models.Index(
                fields=["agency", "deadline_at", "id"],
                condition=models.Q(state__in=sorted(AT_AGENCY), last_action__in=COMEBACKS),
                name="case_returned",
            ),
            models.Index(
                fields=["deadline_at", "id"],
                condition=models.Q(unit_asked_at__isnull=False),
                name="case_unit_asked",
            ),
            models.Index(fields=["citizen", "-filed_at"], name="case_of_citizen"),
            models.Index(fields=["agency", "filed_at"], name="case_agency_filed"),
            # The cases of a period, of all agencies: what a number of figures opens.
            models.Index(fields=["-filed_at", "-id"], name="case_filed"),
            models.Index(fields=["agency", "closed_at"], name="case_agency_closed"),
            models.Index(
                fields=["agency", "topic", "-id"],
                condition=models.Q(directorate__isnull=False),
                name="case_last_directorate",
            ),
            models.Index(
                fields=["topic", "governorate", "closed_at"],
                condition=models.Q(state=State.CLOSED, kind=Kind.COMPLAINT),
                name="case_closed_by_place",
            ),
            models.Index(fields=["-closed_at", "-id"], condition=models.Q(state=State.CLOSED), name="case_closed"),
            models.Index(
                fields=["closed_at", "id"],
                condition=models.Q(state=State.CLOSED, erased_at__isnull=True),
                name="case_to_erase",
            ),
            models.Index(fields=["erased_at"], condition=models.Q(erased_at__isnull=False), name="case_erased"),
            GinIndex(fields=["search_vector"], name="case_search_vector"),
            GinIndex(OpClass(models.F("folded"), name="gin_trgm_ops"), name="case_folded_trigrams"),
        ]

    def __str__(self) -> str:
        return self.reference

    @cached_property
    def recused(self) -> Collection[uuid.UUID]:
        """Return the keys of the recused staff; one statement, unless the case was loaded ``with_recused``."""
        return frozenset(_RECUSED.rows(case=self.pk))

    def forget_recused(self) -> None:
        """Drop the cached ``recused``, because it has changed or may have."""
        vars(self).pop("recused", None)

    def is_recused(self, user: User) -> bool:
        """Tell whether ``user`` is recused, because the case is about them."""
        return user.pk in self.recused

    def is_own_of(self, user: User) -> bool:
        """Tell whether ``user``, with an account for work, is the same person as the citizen who filed the case."""
        return user.person_id is not None and user.person_id == self.citizen_id

    @property
    def needs_second_signature(self) -> bool:
        """Tell whether a second person signs an answer to the case before it is sent."""
        return self.topic is not None and self.topic.second_signature

    @property
    def limit_days(self) -> int:
        """Return the working days in which the case is to be answered, as its topic sets them."""
        return self.topic.limit_days if self.topic else DEFAULT_LIMIT_DAYS

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still owes something on the case."""
        return self.state != State.CLOSED

    def is_late(self, *, at: datetime) -> bool:
        """Tell whether the running clock has passed its deadline."""
        return self.is_open and self.deadline_at is not None and self.deadline_at < at
