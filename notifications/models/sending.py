"""What decides whether and by whom messages are sent: the routes to the carriers, the day's spending, a hold."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Channel


class ProviderRoute(models.Model):
    """The route of one channel to one carrier; a row is made when the route first fails.

    ``weight`` is how many percent of the messages that are offered to the route it is given. It was that at
    ``weight_at``: it falls when the route fails, and recovers with every minute since.
    """

    channel = models.CharField(max_length=8, choices=Channel)
    carrier = models.CharField(max_length=40)
    weight = models.PositiveSmallIntegerField(default=100)
    weight_at = models.DateTimeField(db_default=Now())
    stopped_until = models.DateTimeField(null=True, help_text="Nothing is sent until then; one try decides after it.")
    stopped_by = models.CharField(max_length=40, blank=True, help_text="The carrier's code that stopped it.")

    class Meta:
        verbose_name = _("line to a carrier")
        verbose_name_plural = _("lines to carriers")
        constraints = [
            models.UniqueConstraint(fields=["channel", "carrier"], name="providerroute_once"),
            models.CheckConstraint(condition=Q(weight__lte=100), name="providerroute_weight_in_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.carrier}"


class DailySpend(models.Model):
    """How much one channel spent on one day, in parts of SMS or in e-mails; counted when a message goes on the wire."""

    channel = models.CharField(max_length=8, choices=Channel)
    on = models.DateField()
    spent = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("a day's spending")
        verbose_name_plural = _("daily spending")
        constraints = [models.UniqueConstraint(fields=["channel", "on"], name="dailyspend_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.on}"


class Hold(models.Model):
    """A stop of all sending, from ``began_at`` until an operator ends it; ``database`` is the identity it began in."""

    database = models.CharField(max_length=80)
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True, help_text="The key of the operator, e.g. user:…")

    class Meta:
        verbose_name = _("hold on sending")
        verbose_name_plural = _("holds on sending")
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at__isnull=True), name="hold_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.database} {self.began_at:%Y-%m-%d %H:%M}"


class DatabaseIdentity(models.Model):
    """The one row that names the database it was written in; in a database of another name it comes from a copy."""

    only = models.BooleanField(primary_key=True, default=True)
    name = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("database identity")
        verbose_name_plural = _("database identity")
        constraints = [models.CheckConstraint(condition=Q(only=True), name="databaseidentity_only_one")]

    def __str__(self) -> str:
        return self.name
