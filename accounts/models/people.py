"""Citizens: their encrypted identity, its checks against a registry, and what they accepted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.models.users import LANGUAGES, User
from agencies.models.base import stripped
from kit.crypto import EncryptedDate, EncryptedText, LookupField, lookups
from notifications.models import TO_PEOPLE, Channel

NUMBER_PURPOSE = "number"
#: Of what told who a person is, so many earlier states are kept.
MOST_EARLIER: Final = 10


class NumberKind(models.TextChoices):
    """The kinds of identity documents."""

    NATIONAL = "national", _("National number")
    PERSONAL = "personal", _("Personal number")
    PASSPORT = "passport", _("Passport number")


class Identity(models.TextChoices):
    """How far a person's identity is proven."""

    PENDING = "pending", _("Not checked yet")
    MATCHED = "matched", _("Matches the register")
    MISMATCHED = "mismatched", _("Does not match the register")
    REJECTED = "rejected", _("Rejected by the CMU")
    MERGED = "merged", _("Merged with another record")


MATCHED_FIRST = Case(When(identity=Identity.MATCHED, then=0), default=1)


class CitizenQuerySet(models.QuerySet["Citizen"]):
    """Queries for citizens."""

    def named(self, first: str, family: str) -> Self:
        """Return the citizens with this first and this family name, letters folded and articles stripped."""
        folded = self.unmerged().annotate(folded_first=stripped("first_name"), folded_family=stripped("family_name"))
        return folded.filter(folded_first=first, folded_family=family)

    def numbered(self, kind: str, number: str) -> Self:
        """Return the citizens with this document number, proven or not."""
        return self.with_number(number).filter(number_kind=kind)

    def with_number(self, number: str) -> Self:
        """Return the citizens with this number, of whatever kind of document, proven or not."""
        return self.unmerged().filter(number_lookup__in=lookups(number, purpose=NUMBER_PURPOSE))

    def reached_at(self, phone: str) -> Self:
        """Return the citizens with this mobile number, proven by a code."""
        return self.with_phone(phone).filter(is_phone_proven=True)

    def with_phone(self, phone: str) -> Self:
        """Return the citizens with this mobile number, also people abroad who proved an e-mail address instead."""
        return self.unmerged().filter(phone_lookup__in=lookups(phone, purpose="phone"))

    def confirmed_at(self, email: str) -> Self:
        """Return the citizens who confirmed this e-mail address; case does not count."""
        return self.unmerged().filter(email__iexact=email, email_confirmed_at__isnull=False)

    def signing_in_with(self, number: str) -> Self:
        """Return the citizens with this number and an active user: the proven owner first, then the oldest.

        Nobody who registers later with the same number comes before somebody who was there.
        """
        return (
            self.filter(number_lookup__in=lookups(number, purpose=NUMBER_PURPOSE), user__is_active=True)
            .select_related("user")
            .order_by(MATCHED_FIRST, "created_at", "pk")
        )

    def unmerged(self) -> Self:
        """Return the citizens but for records that became part of another."""
        return self.exclude(identity=Identity.MERGED)

    def matched(self) -> Self:
        """Return the citizens whose identity the registry confirmed."""
        return self.filter(identity=Identity.MATCHED)


class Citizen(models.Model):
    """A person who complains, suggests, asks or praises; has no user when recorded by the contact centre.

    The number is unique among matched people only, so that somebody who merely knows it cannot block its owner.
    Names stay readable; number, birth date, phone and address are encrypted. Pages show them masked, or
    in clear through ``accounts.identity.disclosure.reveal``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="citizen")
    nationality = models.CharField(max_length=2, default="JO")
    number_kind = models.CharField(max_length=10, choices=NumberKind)
    number = EncryptedText()
    number_lookup = LookupField(source="number", purpose=NUMBER_PURPOSE)
    first_name = models.CharField(max_length=60)
    father_name = models.CharField(max_length=60, blank=True)
    grandfather_name = models.CharField(max_length=60, blank=True)
    family_name = models.CharField(max_length=60)
    birth_date = EncryptedDate()
    phone = EncryptedText()
    phone_lookup = LookupField(source="phone", purpose="phone", db_index=True)
    #: Not that of people abroad to whose number we send no SMS: a code proved their e-mail address instead.
    is_phone_proven = models.BooleanField(default=True, db_default=True)
    country = models.CharField(max_length=2, default="JO")
    governorate = models.ForeignKey("agencies.Governorate", models.PROTECT, null=True, blank=True, related_name="+")
    city = models.CharField(max_length=80, blank=True)
    address = EncryptedText(default="")
    #: Names, numbers and addresses of before in JSON: texts of cases may tell the person by them.
    earlier = EncryptedText(null=True, editable=False)
    email = models.EmailField(max_length=254, blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default="ar")
    notify_by = models.CharField(
        max_length=5,
        choices=[(way.value, way.label) for way in TO_PEOPLE],
        default=Channel.SMS,
        db_default=Channel.SMS,
        help_text="The way offered first when a case is filed.",
    )
    identity = models.CharField(max_length=10, choices=Identity, default=Identity.PENDING)
    identity_changed_at = models.DateTimeField()
    recheck_at = models.DateTimeField(null=True, blank=True, help_text="When the registry is asked again, if it is.")
    conflicts_with = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The matched person whose number this one gave too; a person of the CMU decides.",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        # Few rows have it: a partial index below.
        db_index=False,
        help_text="The record of the same person that this one became part of; it can no longer sign in.",
    )
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When the person was anonymised on request.")

    objects = CitizenQuerySet.as_manager()

    class Meta:
        verbose_name = _("citizen")
        verbose_name_plural = _("citizens")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number_kind", "number_lookup"],
                condition=Q(identity=Identity.MATCHED),
                name="citizen_number_matched_once",
            ),
            models.CheckConstraint(condition=Q(number_kind__in=NumberKind.values), name="citizen_number_kind_known"),
            models.CheckConstraint(condition=Q(identity__in=Identity.values), name="citizen_identity_known"),
            models.CheckConstraint(condition=~Q(number_lookup="") & ~Q(phone_lookup=""), name="citizen_lookups_filled"),
            models.CheckConstraint(condition=Q(notify_by__in=TO_PEOPLE), name="citizen_way_known"),
            models.CheckConstraint(
                condition=~Q(email="") | Q(email_confirmed_at__isnull=True, notify_by=Channel.SMS),
                name="citizen_without_email_by_sms",
            ),
            models.CheckConstraint(
                condition=Q(identity=Identity.MERGED, merged_into__isnull=False)
                | (~Q(identity=Identity.MERGED) & Q(merged_into__isnull=True)),
                name="citizen_merged_names_other",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="citizen_merged_into_other"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["number_lookup", "number_kind"], name="citizen_number"),
            models.Index(
                fields=["identity", "created_at", "id"],
                name="citizen_unproven",
                condition=Q(identity__in=["pending", "mismatched", "rejected"]),
            ),
            models.Index(fields=["merged_into"], name="citizen_merged_into", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["recheck_at"], name="citizen_recheck", condition=Q(recheck_at__isnull=False)),
            # The contact centre looks for callers by name.
            models.Index(stripped("first_name"), stripped("family_name"), name="citizen_names"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save; with a changed identity the hash of the number too.

        A number is matched once by one key only: who becomes matched while LOOKUP_KEY is rotated has the current one.
        """
        fields = None if update_fields is None else set(update_fields)
        if fields and "identity" in fields:
            # Read, so that it is hashed.
            _ = self.number
            fields |= {"number", "number_lookup"}
        super().save(*args, update_fields=fields, **kwargs)

    @property
    def earlier_data(self) -> list[dict[str, Any]]:
        """Earlier names, numbers and addresses, the oldest first."""
        found: list[dict[str, Any]] = json.loads(self.earlier) if self.earlier else []
        return found

    def keep_earlier(self, other: Citizen | None = None) -> None:
        """Set ``earlier``, before names, numbers or addresses change, or ``other`` becomes part of this record."""
        one = other or self
        told = {name: str(getattr(one, name)) for name in ("phone", "email", "address", "number")}
        names = [one.first_name, one.father_name, one.grandfather_name, one.family_name]
        kept = [*self.earlier_data, *(other.earlier_data if other else ()), {"names": names, **told}]
        self.earlier = json.dumps(
            [each for place, each in enumerate(kept) if each not in kept[place + 1 :]][-MOST_EARLIER:]
        )

    @property
    def full_name(self) -> str:
        """The name in as many parts as were given."""
        parts = (self.first_name, self.father_name, self.grandfather_name, self.family_name)
        return " ".join(filter(None, parts))

    @property
    def short_name(self) -> str:
        """First and family name."""
        return f"{self.first_name} {self.family_name}"

    @property
    def masked_phone(self) -> str:
        """The mobile number with most digits hidden, to be shown without a reason."""
        return phones.mask(self.phone)

    @property
    def masked_number(self) -> str:
        """The document number with most characters hidden, to be shown without a reason."""
        return mask_number(self.number)

    @property
    def confirmed_email(self) -> str:
        """The e-mail address once its owner confirmed it, else an empty string."""
        return self.email if self.email_confirmed_at else ""

    @property
    def is_reached_by_email_only(self) -> bool:
        """Tell whether this is somebody abroad to whose number we send no SMS; codes and messages go by e-mail."""
        return bool(self.confirmed_email) and not self.is_phone_proven

    @property
    def offered_phone(self) -> str:
        """The masked number as a way for messages; empty where we send no SMS to it."""
        return "" if self.is_reached_by_email_only else self.masked_phone

    @property
    def offered_way(self) -> str:
        """The channel offered first for a new case: the chosen one, or SMS without a confirmed e-mail address."""
        if self.is_reached_by_email_only:
            return Channel.EMAIL
        return self.notify_by if self.confirmed_email else Channel.SMS

    @property
    def is_matched(self) -> bool:
        """Tell whether the registry confirmed who this is."""
        return self.identity == Identity.MATCHED


def mask_number(number: str) -> str:
    """Return the number with all but its last three characters hidden; a short number is hidden whole."""
    shown = number[-3:] if len(number) >= 6 else ""  # noqa: PLR2004 - three of five would give it away
    return phones.DOT * (len(number) - len(shown)) + shown


class IdentityCheck(models.Model):
    """One check against a registry: the outcome and which fields matched; never the data of the registry."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="checks")
    source = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12)
    fields_matched = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        indexes: ClassVar = [
            models.Index(fields=["citizen", "-at"], name="identitycheck_latest"),
            models.Index(fields=["-at"], name="identitycheck_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.outcome}"


class PolicyAcceptance(models.Model):
    """The acceptance of one version of the usage policy: by whom, in which language, and when."""

    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="acceptances")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    accepted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("acceptance of the usage policy")
        verbose_name_plural = _("acceptances of the usage policy")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["citizen", "version"], name="policyacceptance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.version}"
