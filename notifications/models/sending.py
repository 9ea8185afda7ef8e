"""The lines to the carriers: the share of each and which is stopped; what a day cost; whether sending is on hold."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Channel


class Line(models.Model):
    """The line of one channel to one carrier; a row is made when the line is first used.

    ``share`` is the part, in percent, of the messages offered to this line that it is given; it falls when the line
    fails and is worth more with every minute since ``share_at``.
    """

    channel = models.CharField(max_length=8, choices=Channel)
    carrier = models.CharField(max_length=40)
    share = models.PositiveSmallIntegerField(default=100)
    share_at = models.DateTimeField(db_default=Now())
    stopped_until = models.DateTimeField(null=True, help_text="Nothing is sent until then; one try decides after it.")
    stopped_by = models.CharField(max_length=40, blank=True, help_text="The carrier's code that stopped it.")

    class Meta:
        verbose_name = _("line to a carrier")
        verbose_name_plural = _("lines to carriers")
        constraints = [
            models.UniqueConstraint(fields=["channel", "carrier"], name="line_once"),
            models.CheckConstraint(condition=Q(share__lte=100), name="line_share_in_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.carrier}"


class DailySpend(models.Model):
    """How much one channel spent on one day, in parts of SMS or in e-mails; counted when a message goes on the wire."""

    channel = models.CharField(max_length=8, choices=Channel)
    on = models.DateField()
    spent = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("spending of a day")
        verbose_name_plural = _("spending by day")
        constraints = [models.UniqueConstraint(fields=["channel", "on"], name="dailyspend_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.on}"


class Hold(models.Model):
    """A stop of all sending, from ``began_at`` until an operator ends it; ``home`` names the database it is about."""

    home = models.CharField(max_length=80)
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
        return f"{self.home} {self.began_at:%Y-%m-%d %H:%M}"


class Home(models.Model):
    """The database these rows live in, as the server names it; under another name they were restored from a copy."""

    only = models.BooleanField(primary_key=True, default=True)
    name = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("home of the outbox")
        verbose_name_plural = _("home of the outbox")
        constraints = [models.CheckConstraint(condition=Q(only=True), name="home_only_one")]

    def __str__(self) -> str:
        return self.name
