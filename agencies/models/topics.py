"""Topics with their limits and questions, and the routing rules: which agency is competent for a topic in a place."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Prefetch, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, gettext_lazy as _

from agencies.models.base import Coded, Dated, Named, Reference, Shipped, span_of_days, stripped
from agencies.models.bodies import Agency, AgencyKind, Sector
from agencies.models.places import Governorate


class TopicKind(models.TextChoices):
    """The kinds of case in which a topic is offered."""

    COMPLAINT = "complaint", _("complaint")
    SUGGESTION = "suggestion", _("suggestion")
    INQUIRY = "inquiry", _("inquiry")
    PRAISE = "praise", _("praise")


KINDS: tuple[str, ...] = tuple(TopicKind.values)
#: The longest offered answer, in characters.
OPTION_LENGTH = 80


class Priority(models.TextChoices):
    """How soon cases of a topic are handled, relative to others."""

    URGENT = "urgent", _("urgent")
    HIGH = "high", _("high")
    NORMAL = "normal", _("normal")
    LOW = "low", _("low")


class TopicQuerySet(models.QuerySet["Topic"]):
    """Queries for topics."""

    def offered(self, *, kind: str, agency: Agency | None = None) -> Self:
        """Return the groups offered for a kind of case, with the topics that suit ``agency`` as their ``children``.

        Without an agency all topics of the kind are offered. Groups without such a topic are left out. Two queries.
        """
        fitting = Topic.objects.filter(is_active=True, kinds__contains=[kind], parent__isnull=False)
        if agency is not None:
            fitting = fitting.filter(
                Q(agency_kinds=[]) | Q(agency_kinds__contains=[agency.kind]),
                Q(sectors=[]) | Q(sectors__contains=[agency.sector]),
            )
        return self.filter(
            models.Exists(fitting.filter(parent=models.OuterRef("pk")).order_by()), is_active=True, parent=None
        ).prefetch_related(Prefetch("children", queryset=fitting))


class Topic(Coded, Named, Reference):
    """The subject of a case, in two levels (groups and topics), with the rules for such cases."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("group")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)
    kinds = ArrayField(
        models.CharField(max_length=12, choices=TopicKind), default=list, verbose_name=_("kinds of case")
    )
    agency_kinds = ArrayField(
        models.CharField(max_length=20, choices=AgencyKind),
        default=list,
        blank=True,
        verbose_name=_("kinds of agency"),
        help_text=_("Select none to include all"),
    )
    sectors = ArrayField(
        models.CharField(max_length=30, choices=Sector),
        default=list,
        blank=True,
        verbose_name=_("sectors"),
        help_text=_("Select none to include all"),
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    limit_days = models.PositiveSmallIntegerField(_("limit in working days"))
    hides_identity = models.BooleanField(_("hides the identity"), default=False)
    second_signature = models.BooleanField(_("needs a second signature"), default=False)
    signature_reason = models.CharField(_("reason for the second signature"), max_length=200, blank=True)
    withheld_from_agency = models.BooleanField(_("withheld from the agency"), default=False)
    place_required = models.BooleanField(_("asks for the place"), default=False, db_default=False)
    is_public = models.BooleanField(
        _("public"),
        default=False,
        db_default=False,
        help_text=_("Other programs may list complaints about it, with the place rounded, without words and people"),
    )
    suggested_agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("usual agency")
    )
    notes = models.TextField(_("notes"), blank=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(limit_days__gte=1), name="topic_limit_is_a_day_or_more"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="topic_is_not_its_own_group"),
            models.CheckConstraint(
                condition=Q(withheld_from_agency=False) | Q(hides_identity=True),
                name="topic_withheld_hides_the_identity",
                violation_error_message=_("A topic withheld from the agency must also hide the identity"),
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(hides_identity=False, parent__isnull=False),
                name="topic_public_hides_nobody",
                violation_error_message=_("A public topic is within a group and does not hide the identity"),
            ),
        ]

    def suits(self, agency: Agency) -> bool:
        """Tell whether cases of the topic can be those of ``agency``, by its kind and its sector."""
        is_kind = not self.agency_kinds or agency.kind in self.agency_kinds
        return is_kind and (not self.sectors or agency.sector in self.sectors)

    def clean(self) -> None:
        """Refuse a third level."""
        super().clean()
        if self.parent is not None and self.parent.parent_id is not None:
            raise ValidationError({"parent": _("Topics have two levels: choose a group")})


class QuestionKind(models.TextChoices):
    """How a question of a topic is answered."""

    LINE = "line", _("one line of text")
    DATE = "date", _("a date, today or earlier")
    CHOICE = "choice", _("one of the options")


class TopicQuestionQuerySet(models.QuerySet["TopicQuestion"]):
    """Queries for the questions of topics."""

    def asked(self, *, topic: Topic, kind: str) -> Self:
        """Return the active questions of ``topic`` and of its group for a kind of case."""
        return self.filter(
            Q(kinds=[]) | Q(kinds__contains=[kind]), topic__in=filter(None, (topic.pk, topic.parent_id)), is_active=True
        )


class TopicQuestion(Coded, Named, Reference):
    """A question put to whoever files a case of a topic, or of any topic of a group; the name is the question.

    The offered answers are in the same order in both languages. ``is_personal`` marks a question whose answer reveals
    who the person is: it is hidden from everybody who may not know the identity.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="questions", verbose_name=_("topic or group"))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    hint_ar = models.CharField(_("hint in Arabic"), max_length=150, blank=True)
    hint_en = models.CharField(_("hint in English"), max_length=150, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=QuestionKind, default=QuestionKind.LINE)
    options_ar = ArrayField(
        models.CharField(max_length=OPTION_LENGTH),
        default=list,
        blank=True,
        verbose_name=_("options in Arabic"),
        help_text=_("One per line, for choice questions only; in the same order in both languages"),
    )
    options_en = ArrayField(
        models.CharField(max_length=OPTION_LENGTH),
        default=list,
        blank=True,
        verbose_name=_("options in English"),
    )
    is_required = models.BooleanField(_("must be answered"), default=False)
    is_personal = models.BooleanField(
        _("reveals who the person is"),
        default=False,
        help_text=_("The answer is hidden from anyone who may not know who filed the case"),
    )
    kinds = ArrayField(
        models.CharField(max_length=12, choices=TopicKind),
        default=list,
        blank=True,
        verbose_name=_("kinds of case"),
        help_text=_("Select none to include all"),
    )
    is_active = models.BooleanField(_("asked"), default=True)

    objects = TopicQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic question")
        verbose_name_plural = _("topic questions")
        ordering = ["position", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind=QuestionKind.CHOICE, options_ar__len__gte=2, options_en__len=F("options_ar__len"))
                | (~Q(kind=QuestionKind.CHOICE) & Q(options_ar=[], options_en=[])),
                name="question_offers_two_answers_or_more_for_a_choice_alone",
                violation_error_message=_(
                    "A choice question needs at least two options, the same number in Arabic and English; other "
                    "questions have no options"
                ),
            )
        ]

    def clean(self) -> None:
        """Refuse two equal answers in one language."""
        super().clean()
        for name in ("options_ar", "options_en"):
            offered = getattr(self, name)
            if len(set(offered)) < len(offered):
                raise ValidationError({name: _("Two of these options are the same")})

    @property
    def hint(self) -> str:
        """Return the hint in the language of the reader."""
        return self.hint_en if get_language() == "en" else self.hint_ar

    @property
    def options(self) -> dict[str, str]:
        """Return the offered answers in the language of the reader, by their English text."""
        shown = self.options_en if get_language() == "en" else self.options_ar
        return dict(zip(self.options_en, shown, strict=True))


class RoutingRule(Shipped, Dated, Reference):
    """Which agency is competent for a topic, or for all topics of a group, in a place and a span of days.

    A rule without a governorate holds everywhere; one with a place (Arabic, as people write it) holds in that town.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="rules", verbose_name=_("topic"))
    governorate = models.ForeignKey(
        Governorate, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("governorate")
    )
    place_ar = models.CharField(_("place"), max_length=80, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("agency"))

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["topic", "governorate", "place_ar", "starts_on"]
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(place_ar="") | Q(governorate__isnull=False),
                name="routing_place_needs_a_governorate",
                violation_error_message=_("Choose the governorate of the place"),
            ),
            ExclusionConstraint(
                name="routing_rules_do_not_overlap",
                expressions=[
                    ("topic", RangeOperators.EQUAL),
                    (Coalesce("governorate", models.Value(0)), RangeOperators.EQUAL),
                    (stripped("place_ar"), RangeOperators.EQUAL),
                    (span_of_days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("There is already a rule for this topic and place on these days"),
            ),
        ]

    def __str__(self) -> str:
        where = self.place_ar or (self.governorate.name if self.governorate else "")
        return " · ".join(filter(None, [self.topic.name, where, self.agency.name]))

    def holds(self, on: date) -> bool:
        """Tell whether the rule holds on a day."""
        return (self.starts_on is None or self.starts_on <= on) and (self.ends_on is None or on <= self.ends_on)
