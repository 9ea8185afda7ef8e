"""Whom the contact centre has to call, because no message reached them or they answered none."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Message


class CallOutcome(models.TextChoices):
    """How a call to a person ended."""

    REACHED = "reached", _("reached and told")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")


class CallTask(models.Model):
    """A call to make by the contact centre, to a person whom a message did not reach, or who did not answer it."""

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
