"""What is known about addresses and people: where nothing arrives, who asked to be left alone, whom somebody calls."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Channel, Message


class Verdict(models.TextChoices):
    """Why nothing but a code is sent to an address."""

    DEAD = "dead", _("nothing arrives there")
    STOPPED = "stopped", _("its owner asked us to stop")
    STRANGER = "stranger", _("it belongs to somebody else")


class Standing(models.Model):
    """A verdict on one address, known by its keyed hash alone; a row goes when its owner proves the address anew."""

    channel = models.CharField(max_length=8, choices=Channel)
    address_lookup = models.CharField(max_length=64)
    verdict = models.CharField(max_length=12, choices=Verdict)
    code = models.CharField(max_length=40, blank=True, help_text="What the carrier said.")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("standing of an address")
        verbose_name_plural = _("standings of addresses")
        constraints = [
            models.UniqueConstraint(fields=["channel", "address_lookup"], name="standing_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="standing_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.verdict}"


class CallOutcome(models.TextChoices):
    """How a call to a person ended."""

    REACHED = "reached", _("reached and told")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")


class CallTask(models.Model):
    """That somebody of the contact centre calls a person whom a message did not reach by any channel."""

    message = models.OneToOneField(Message, models.PROTECT, related_name="call_task")
    made_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0, help_text="Calls that nobody answered.")
    tried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True, help_text="The key of the agent, e.g. user:…")
    outcome = models.CharField(max_length=12, choices=CallOutcome, blank=True)

    class Meta:
        verbose_name = _("call to make")
        verbose_name_plural = _("calls to make")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="")
                | Q(done_at__isnull=False, outcome__in=CallOutcome.values),
                name="calltask_done_with_outcome",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="calltask_open", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return str(self.message_id)
