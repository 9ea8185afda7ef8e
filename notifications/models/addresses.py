"""What is known against addresses: where nothing arrives, who asked to be left alone, who is somebody else."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Channel


class Verdict(models.TextChoices):
    """Why nothing but a code is sent to an address."""

    DEAD = "dead", _("messages do not arrive there")
    STOPPED = "stopped", _("its owner asked us to stop")
    STRANGER = "stranger", _("it belongs to someone else")


class AddressStatus(models.Model):
    """A verdict on one address, found by its keyed hash; the row is deleted when the owner proves the address anew."""

    channel = models.CharField(max_length=8, choices=Channel)
    address_lookup = models.CharField(max_length=64)
    verdict = models.CharField(max_length=12, choices=Verdict)
    code = models.CharField(max_length=40, blank=True, help_text="What the carrier said.")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("address status")
        verbose_name_plural = _("address statuses")
        constraints = [
            models.UniqueConstraint(fields=["channel", "address_lookup"], name="addressstatus_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="addressstatus_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.verdict}"
