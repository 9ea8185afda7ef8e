"""What decides whether and by whom messages are sent: the routes to the carriers, the day's spending, a hold."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText
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


# ---- The wordings that the CMU wrote in place of the built-in ones. ----


class WordingEdition(models.Model):
    """One edition of the wording of a template in a language; the newest is in force, and none is ever changed.

    An edition that restores the built-in wording is a row like any other.
    """

    template = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    sms = models.TextField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    edited_by = models.CharField(max_length=80, help_text="The key of the editor, e.g. user:…")
    edited_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a message template")
        verbose_name_plural = _("versions of message templates")
        indexes = [models.Index(fields=["template", "language", "-edited_at"], name="wordingedition_newest")]

    def __str__(self) -> str:
        return f"{self.template} {self.language} {self.edited_at:%Y-%m-%d %H:%M}"


# ---- The messages that the embedded carrier took, for development and demonstrations. ----


class EmbeddedMail(models.Model):
    """A message that the embedded carrier took, and a real one would have delivered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # No foreign key: a carrier knows our messages by the id it was given.
    message_id = models.UUIDField(db_index=True)
    channel = models.CharField(max_length=8, choices=Channel)
    to = EncryptedText()
    subject = EncryptedText()
    body = EncryptedText()
    sent_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        verbose_name = _("message of the embedded carrier")
        verbose_name_plural = _("messages of the embedded carrier")

    def __str__(self) -> str:
        return f"{self.channel} {self.message_id}"
