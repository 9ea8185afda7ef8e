"""What is owed to whom: messages, the attempts to hand them over, and what carriers said about them later."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kit.crypto import EncryptedText


class Channel(models.TextChoices):
    """The ways a message is sent: to people by SMS and e-mail, in addition to browsers, to programs by webhook."""

    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")
    PUSH = "push", _("Notification on a device")


#: The channels by which people are told.
TO_PEOPLE = (Channel.SMS, Channel.EMAIL)
#: The channels whose other side knows a message by its id, so that it may be sent again whenever an answer is unclear.
REPEATABLE = (Channel.WEBHOOK, Channel.PUSH)


class Lane(models.TextChoices):
    """The queues of the sender: codes never wait behind notices, and neither waits for a program outside."""

    CODES = "codes", _("codes")
    NOTICES = "notices", _("notices")
    WEBHOOKS = "webhooks", _("calls of programs outside")


class MessageState(models.TextChoices):
    """Where a message is between being owed and being settled."""

    PENDING = "pending", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    ACCEPTED = "accepted", _("sent to the carrier")
    DELIVERED = "delivered", _("delivered")
    UNDELIVERABLE = "undeliverable", _("could not be delivered")
    UNKNOWN = "unknown", _("not certain whether it was sent")
    CANCELLED = "cancelled", _("superseded before it was sent")
    EXPIRED = "expired", _("expired before it was sent")


# Nothing more happens to a message in one of these states, unless proof of its delivery arrives.
SETTLED = (MessageState.DELIVERED, MessageState.UNDELIVERABLE, MessageState.CANCELLED, MessageState.EXPIRED)

# The person may have read a message in one of these states, and in no other.
LEFT = (MessageState.SENDING, MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.UNKNOWN)


class Outcome(models.TextChoices):
    """How an attempt ended."""

    ACCEPTED = "accepted", _("accepted")
    NOT_SENT = "not_sent", _("not sent")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("not certain")
    REPEATED = "repeated", _("accepted, as was another attempt")


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages by where they stand; "now" is always the database's clock, because senders' clocks differ."""

    def waiting(self) -> Self:
        """Keep what has not left and is not settled."""
        return self.filter(state=MessageState.PENDING)

    def left(self) -> Self:
        """Keep what may have reached its person."""
        return self.filter(state__in=LEFT)

    def without_decoys(self) -> Self:
        """Keep what was meant to leave; a decoy expired at birth, so that owing it costs what a real message costs."""
        return self.exclude(state=MessageState.EXPIRED, tries=0, expires_at__lte=F("created_at"))

    def due(self) -> Self:
        """Keep what has reached the time of its next try and has not expired."""
        return self.waiting().filter(
            Q(next_try_at__isnull=True) | Q(next_try_at__lte=Now()),
            Q(expires_at__isnull=True) | Q(expires_at__gt=Now()),
            Q(not_before__isnull=True) | Q(not_before__lte=Now()),
        )

    def expired(self) -> Self:
        """Keep what has expired before it left."""
        return self.waiting().filter(expires_at__lte=Now())

    def abandoned(self) -> Self:
        """Keep what a sender claimed, and did not finish within its lease."""
        return self.filter(state=MessageState.SENDING, lease_until__lte=Now())


class Message(models.Model):
    """One message owed to one recipient by one channel. The row is the truth; every queue is a hint."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    occasion = models.CharField(
        max_length=120, help_text="What happened, e.g. an event's key; a resend is a new, numbered occasion."
    )
    template = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=Channel)
    lane = models.CharField(max_length=8, choices=Lane, default=Lane.NOTICES)
    recipient = models.CharField(max_length=80, help_text="A key the caller understands; never a number or a name.")
    reference = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=2)
    address = EncryptedText()
    next_address = EncryptedText(
        null=True, help_text="Where a further try goes, if the person moved while this one was on its way."
    )
    other_address = EncryptedText(null=True, help_text="The person's address by the other channel, if there is one.")
    subject = EncryptedText()
    body = EncryptedText()
    context = EncryptedText(
        null=True, help_text="The values the texts were made with, as JSON, to owe it by the other channel."
    )
    token = models.CharField(  # noqa: DJ001 - unique where there is one, and messages without a link have none
        max_length=8,
        unique=True,
        null=True,
        help_text="Printed in the body: the end of the short link.",
    )
    linked = models.BooleanField(default=False, help_text="The token opens the short link.")
    must_reach = models.BooleanField(default=False, help_text="Where no channel arrives, the contact centre calls.")
    daytime = models.BooleanField(default=False, help_text="Not sent in the quiet hours of the night.")
    segments = models.PositiveSmallIntegerField(default=1, help_text="What it costs: parts of an SMS, 1 for an e-mail.")
    repeats = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="repetitions",
        help_text="The message that could not be delivered, or that a person chose to send again.",
    )
    state = models.CharField(max_length=16, choices=MessageState, default=MessageState.PENDING)
    not_before = models.DateTimeField(null=True, help_text="Empty: at once, whatever the clocks say.")
    expires_at = models.DateTimeField(null=True, help_text="From then on it is not sent (again).")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    carrier = models.CharField(max_length=40, blank=True, help_text="Which carrier was called last.")
    unsure_since = models.DateTimeField(null=True)
    times_not_found = models.PositiveSmallIntegerField(
        default=0, help_text="Checks in which the carrier's list did not have it."
    )
    next_check_at = models.DateTimeField(null=True, help_text="When its carrier is asked about it next.")
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(help_text="By the caller's clock.")
    recorded_at = models.DateTimeField(
        db_default=Now(), help_text="By the database's clock, by which a hold is judged."
    )
    accepted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["occasion", "channel", "recipient"], name="message_owed_once"),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENDING, lease_until__isnull=False)
                | (~Q(state=MessageState.SENDING) & Q(lease_until__isnull=True)),
                name="message_leased_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.UNKNOWN, unsure_since__isnull=False)
                | (~Q(state=MessageState.UNKNOWN) & Q(unsure_since__isnull=True)),
                name="message_unsure_while_unknown",
            ),
            models.CheckConstraint(condition=~Q(repeats=models.F("id")), name="message_repeats_another"),
        ]
        indexes = [
            models.Index(
                fields=["lane", "created_at"], name="message_pending", condition=Q(state=MessageState.PENDING)
            ),
            models.Index(fields=["lease_until"], name="message_sending", condition=Q(state=MessageState.SENDING)),
            models.Index(fields=["next_check_at"], name="message_next_check", condition=Q(next_check_at__isnull=False)),
            models.Index(fields=["unsure_since"], name="message_unknown", condition=Q(state=MessageState.UNKNOWN)),
            models.Index(fields=["reference", "-created_at"], name="message_reference"),
            models.Index(fields=["state", "-created_at"], name="message_listed"),
            models.Index(fields=["recipient", "channel"], name="message_to"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.id}"

    @property
    def address_now(self) -> str:
        """The present address of its person by its channel; "" if there is none."""
        return str(self.address if self.next_address is None else self.next_address)


class Attempt(models.Model):
    """One try to hand a message to a carrier."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    fence = models.PositiveIntegerField(help_text="The fence of the claim this attempt belongs to.")
    carrier = models.CharField(max_length=40)
    address_lookup = models.CharField(
        max_length=64, blank=True, help_text="The keyed hash of where it went, which may not be where a later one goes."
    )
    started_at = models.DateTimeField(db_default=Now())
    wire_at = models.DateTimeField(null=True, help_text="From here on the carrier may have it.")
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    provider_id = models.CharField(max_length=120, blank=True)
    error_code = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_numbered"),
            models.UniqueConstraint(fields=["message"], condition=Q(ended_at__isnull=True), name="attempt_one_open"),
            models.UniqueConstraint(
                fields=["message"], condition=Q(outcome=Outcome.ACCEPTED), name="attempt_one_accepted"
            ),
        ]
        indexes = [
            models.Index(fields=["carrier", "provider_id"], name="attempt_provider", condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.number}"


class Receipt(models.Model):
    """What a carrier said later about a message it took; kept even where no attempt is known."""

    carrier = models.CharField(max_length=40)
    provider_id = models.CharField(max_length=120)
    status = models.CharField(max_length=40)
    error_code = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, null=True, related_name="receipts")

    class Meta:
        verbose_name = _("delivery receipt")
        verbose_name_plural = _("delivery receipts")
        constraints = [
            # Carriers repeat themselves: a repetition is no second row.
            models.UniqueConstraint(
                fields=["carrier", "provider_id", "status", "error_code"], name="receipt_said_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.provider_id} {self.status}"
