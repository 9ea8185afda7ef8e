"""What comes to the contact centre: a call, a letter, a visit or an e-mail, of whom, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Final

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate, User
from complaints import reference
from complaints.models.channels import Channel
from kit.crypto import EncryptedText

#: The channels by which an agent takes a case down for somebody.
TAKEN_DOWN: Final = (Channel.PHONE, Channel.LETTER, Channel.VISIT, Channel.EMAIL)
PROOF_LENGTH = 300


class FoundBy(models.TextChoices):
    """By what an agent looked for the person."""

    PHONE = "phone", _("Mobile number")
    NUMBER = "number", _("Document number")
    NAME = "name", _("Name")


class ContactResult(models.TextChoices):
    """What became of a contact."""

    FILED = "filed", _("Case filed")
    JOINED = "joined", _("Joined a known problem")
    HELPED = "helped", _("Something done on a case")
    TOLD = "told", _("Status given")
    DROPPED = "dropped", _("Cut off, draft kept")
    NOTHING = "nothing", _("Nothing to file")


class CentreContact(models.Model):
    """One call, letter, visit or e-mail that an agent handles, from its beginning to its end.

    ``citizen`` is who it is said to be, and since ``proven_at`` who has answered the question that only they can.
    ``proof`` is what was seen where the registry could not confirm somebody who was registered here. ``phone`` is the
    number that called; it goes when the contact ends. ``draft`` is the key of the draft that is written for them, which
    becomes the ``submission`` of its case. ``reference`` is the case that was filed or spoken about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    channel = models.CharField(
        max_length=12, choices=[(one.value, one.label) for one in TAKEN_DOWN], default=Channel.PHONE
    )
    phone = EncryptedText(null=True)
    citizen = models.ForeignKey("accounts.Citizen", models.PROTECT, null=True, blank=True, related_name="contacts")
    found_by = models.CharField(max_length=8, choices=FoundBy, blank=True)
    wrong_answers = models.PositiveSmallIntegerField(default=0)
    proven_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=PROOF_LENGTH, blank=True)
    draft = models.UUIDField(null=True, blank=True)
    reference = models.CharField(max_length=reference.LENGTH, blank=True)
    has_helped = models.BooleanField(default=False)
    result = models.CharField(max_length=8, choices=ContactResult, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact with the centre")
        verbose_name_plural = _("contacts with the centre")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(channel__in=[one.value for one in TAKEN_DOWN]), name="centrecontact_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(proven_at__isnull=True) | Q(citizen__isnull=False), name="centrecontact_proves_somebody"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, result="")
                | (Q(ended_at__isnull=False, phone__isnull=True, ended_at__gte=F("started_at")) & ~Q(result="")),
                name="centrecontact_ends_with_a_result",
            ),
            models.CheckConstraint(
                condition=~Q(result=ContactResult.FILED) | ~Q(reference=""), name="centrecontact_filed_names_the_case"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["agent", "-started_at"], name="centrecontact_of_agent"),
            models.Index(fields=["-started_at"], name="centrecontact_newest"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="centrecontact_of_case"),
            models.Index(fields=["started_at"], condition=Q(ended_at__isnull=True), name="centrecontact_open"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def came_as(self) -> str:
        """Return how it came in, in words for agents."""
        return str(_("Phone call") if self.channel == Channel.PHONE else Channel(self.channel).label)

    @property
    def is_proven(self) -> bool:
        """Tell whether the person has shown who they are."""
        return self.proven_at is not None

    @property
    def is_over(self) -> bool:
        """Tell whether the contact has ended."""
        return self.ended_at is not None


# ---- Conditions on cases whose citizens somebody speaks for by a mandate. ----


def has_mandate() -> models.Exists:
    """Return whether a mandate was ever given for the citizen of a case: who spoke once may have signed."""
    return models.Exists(Mandate.objects.ever_given().filter(person=models.OuterRef("citizen")))


def spoken_for_by(user: User | AnonymousUser, *, at: datetime) -> models.Exists:
    """Return the condition for the cases that a mandate of ``user`` covers at ``at``."""
    held = Mandate.objects.in_force(at).filter(representative__user=user.pk)
    covering = held.covering(person=models.OuterRef("citizen"), entered_by=models.OuterRef("entered_by"))
    return models.Exists(covering)
