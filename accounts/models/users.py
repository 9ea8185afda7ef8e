"""Users, the roles of staff in agencies by day, and absences with their deputies."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, ClassVar, Final, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _

from accounts.roles import CMU, OPERATORS, PROTECTED, Authority, Colleague, Role
from agencies.models import Agency, AgencySuccession
from kit.compiled_reads import CompiledRead, numbered
from kit.crypto import EncryptedText, LookupField

LANGUAGES = [("ar", _("Arabic")), ("en", _("English"))]
# What an operator may read in the admin. Nothing is changed there: the unit keeps it on pages of its own.
ADMIN_APPS = frozenset({"agencies"})


class UserManager(BaseUserManager["User"]):
    """Creates the two kinds of users, each with its kind of login."""

    def create_citizen(self, *, language: str, password_hash: str) -> User:
        """Create the user of a citizen, who signs in by the citizen's number; the login is only a unique key."""
        user = self.model(language=language, password=password_hash)
        user.login = f"c:{user.pk}"
        user.save(using=self._db)
        return user

    def create_staff(self, *, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a staff user, who signs in by e-mail address."""
        address = email.strip().lower()
        user = self.model(login=address, email=address, is_staff=True, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class SmsAbout(models.TextChoices):
    """What a member of staff gets by SMS besides the e-mail."""

    EVERYTHING = "everything", _("Everything that concerns me")
    URGENT = "urgent", _("Only urgent cases")


#: A request asks for the authority of one moment a hundred times.
_local_day: Final = lru_cache(maxsize=64)(timezone.localdate)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in: a citizen, or a member of staff.

    Staff who complain have a second user, as a citizen; ``person`` names that citizen, so that nobody handles a case
    of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.CharField(max_length=254, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    phone = EncryptedText(verbose_name=_("mobile number"), default="", blank=True)
    phone_lookup = LookupField(source="phone", purpose="phone", db_index=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="ar")
    sms_about = models.CharField(
        _("by SMS"), max_length=10, choices=SmsAbout, default=SmsAbout.EVERYTHING, db_default=SmsAbout.EVERYTHING
    )
    wants_digest = models.BooleanField(_("morning summary"), default=True, db_default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    person = models.ForeignKey(
        "accounts.Citizen",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("own citizen record"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["email"], condition=Q(is_staff=True), name="user_staff_email_unique"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._authorities: dict[date, Authority] = {}

    def __str__(self) -> str:
        return self.name or self.login

    @property
    def name(self) -> str:
        """The name in the language of the page, or in the other one where only that is known."""
        names = (self.name_ar, self.name_en)
        return next(filter(None, names if get_language() == "ar" else reversed(names)), "")

    def get_full_name(self) -> str:
        """Return the name, for Django's admin."""
        return self.name

    def authority(self, at: datetime) -> Authority:
        """Return what the user may act as on the day of ``at``: one query, kept for as long as this instance lives.

        Roles of a colleague whose absence names the user as deputy are included, as long as the absence lasts; not
        those that need a second person's consent, which nobody lends.
        """
        day = _local_day(at)
        if day not in self._authorities:
            self._authorities[day] = self._authority(day)
        return self._authorities[day]

    def _authority(self, day: date) -> Authority:
        if not (self.is_active and self.is_staff):
            return Authority()
        held = _MEMBERSHIPS_TO_ACT_BY.rows(user=self.pk, day=day)
        rows = [(Role(role), each, user) for role, agency, user, others, *_names in held for each in (agency, *others)]
        own = {(role, agency) for role, agency, user in rows if user == self.pk}
        lent = sorted((row for row in rows if row[:2] not in own), key=str)
        absent = {row[2]: Colleague(row[2], *row[4:]) for row in held if row[2] != self.pk}
        in_order = tuple(sorted(absent.values(), key=attrgetter("name_ar")))
        return Authority(frozenset((role, agency) for role, agency, _user in rows), tuple(lent), in_order)

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Let operators read the reference data; nobody has other permissions of the admin, whatever flag a row has."""
        del obj
        app_label, _dot, action = perm.partition(".")
        return action.startswith("view_") and self.has_module_perms(app_label)

    def has_module_perms(self, app_label: str) -> bool:
        """Show operators the parts of the admin they may read."""
        return app_label in ADMIN_APPS and self.is_operator

    @property
    def is_operator(self) -> bool:
        """Tell whether the user may enter the admin today."""
        return self.authority(timezone.now()).has(OPERATORS)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Queries for memberships."""

    def active(self, on: date) -> Self:
        """Return the memberships in force on a day, first and last day included."""
        return self.active_from(on).filter(starts_on__lte=on)

    def active_from(self, on: date) -> Self:
        """Return the memberships that are in force on a day or later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def lent(self) -> Self:
        """Return the memberships that a deputy takes over during an absence."""
        return self.exclude(role__in=PROTECTED)


class Membership(models.Model):
    """A user's role in one agency, for a span of days; the CMU is an agency too.

    Given and ended by ``accounts.staff.memberships`` alone.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("agency")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    directorate = models.ForeignKey(
        "agencies.Directorate",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("directorate"),
        help_text=_("For directorate members only."),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The last day. Leave empty while the membership lasts.")
    )
    change = models.OneToOneField(
        "accounts.StaffChange",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="membership",
        help_text="What gave this role; a trigger requires it, with a second person's consent, for protected roles.",
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_start",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                condition=Q(ends_on__isnull=True),
                name="membership_open_once",
                violation_error_message=_("This person already has this role in this agency."),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agency", "role"], name="membership_agency_role")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.agency_id}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Queries for absences."""

    def on(self, day: date) -> Self:
        """Return the absences that include a day."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class Absence(models.Model):
    """Days on which a user is away; a deputy, if named, acts with the user's roles."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences", verbose_name=_("user"))
    deputy = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="deputyships", verbose_name=_("deputy")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_start",
                violation_error_message=_("The last day cannot be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")),
                name="absence_deputy_is_another",
                violation_error_message=_("A person cannot be their own deputy. Choose someone else."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_on:%Y-%m-%d}"


def _memberships_to_act_by(_shape: None, *, user: uuid.UUID, day: date) -> models.QuerySet[Membership, Any]:
    """Return the memberships that ``user`` acts by on a day: role, agency, person, agencies taken over, names."""
    absent = Absence.objects.on(day).filter(deputy=user, user__is_active=True).values("user")
    lent_by = Q(user__in=absent) & ~Q(role__in=PROTECTED)
    held = Membership.objects.active(day).filter(Q(user=user) | lent_by)
    # Whoever works for an agency reads and finishes what it took over: closed cases stay with the other one.
    taken_over = AgencySuccession.objects.executed().filter(
        final=models.OuterRef("agency"), topic=None, governorate=None
    )
    others = ArraySubquery(taken_over.values("predecessor"))
    # Not a join: all users would be read to find the few.
    person = User.objects.filter(pk=models.OuterRef("user_id"))
    names = (models.Subquery(person.values(name)) for name in ("name_ar", "name_en"))
    return held.values_list("role", "agency_id", "user_id", others, *names)


#: Asked by every request of a member of staff.
_MEMBERSHIPS_TO_ACT_BY: Final = CompiledRead(_memberships_to_act_by, is_prepared=True)


def officers_of(agency: Agency, on: date, *, exclude: Collection[uuid.UUID] = ()) -> models.QuerySet[User]:
    """Return the liaison officers of ``agency`` who act on a day: those present, and the deputies of those away.

    Empty means that the agency has no active officer and its cases go to the CMU. The people in ``exclude`` are left
    out, and so are deputies who would act for them alone.
    """
    return _acting(Membership.objects.active(on).filter(agency=agency, role=Role.OFFICER), on, exclude)


def acting_officers(agency: Agency, on: date, *, exclude: Collection[uuid.UUID] = ()) -> list[User]:
    """Return the rows of ``officers_of``; who files a case asks for them."""
    names = {f"excluded_{place}": person for place, person in enumerate(sorted(exclude))}
    return _OFFICERS.rows(agency=agency.pk, on=on, **names)


def _officers(_shape: None, *, agency: int, on: date, **excluded: uuid.UUID) -> models.QuerySet[User]:
    return officers_of(Agency(pk=agency), on, exclude=list(excluded.values()))


_OFFICERS: Final = CompiledRead(_officers, is_prepared=True)


def supervisors_of(agency: Agency, on: date, *, exclude: Collection[uuid.UUID] = ()) -> models.QuerySet[User]:
    """Return the supervisors of ``agency`` who act on a day; ``exclude`` as in ``officers_of``."""
    return _acting(Membership.objects.active(on).filter(agency=agency, role=Role.SUPERVISOR), on, exclude)


def acting_as(
    roles: Collection[Role],
    on: date,
    *,
    agency: Agency | None = None,
    instead_of: uuid.UUID | None = None,
    exclude: Collection[uuid.UUID] = (),
) -> models.QuerySet[User]:
    """Return who acts in one of ``roles`` on a day, in one ``agency`` or anywhere: those present and the deputies.

    With ``instead_of`` return that person alone, or the deputy while they are away; nobody when the person has no such
    role any more. ``exclude`` as in ``officers_of``.
    """
    memberships = Membership.objects.active(on).filter(role__in=roles)
    if agency is not None:
        memberships = memberships.filter(agency=agency)
    if instead_of is not None:
        memberships = memberships.filter(user=instead_of)
    return _acting(memberships, on, exclude)


def members_of(roles: Collection[Role], on: date, *, agencies: Collection[int] | None = None) -> models.QuerySet[User]:
    """Return who has one of ``roles`` on a day, in ``agencies`` or anywhere: present or away, and the deputies."""
    held = Membership.objects.active(on).filter(role__in=roles)
    held = held if agencies is None else held.filter(agency__in=agencies)
    members = held.values("user")
    deputies = Absence.objects.on(on).filter(user__in=held.lent().values("user"), deputy__isnull=False).values("deputy")
    people = User.objects.filter(Q(pk__in=members) | Q(pk__in=deputies), is_active=True, is_staff=True)
    return people.order_by("login")


def roles_held(roles: Collection[Role], on: date, *, agency: Agency) -> frozenset[Role]:
    """Return which of ``roles`` somebody has in ``agency`` on a day, present or away; one query."""
    found = _ROLES_HELD.rows(tuple(sorted(roles)), agency=agency.pk, on=on)
    return frozenset(Role(role) for role in found)


def _roles_held(roles: tuple[Role, ...], *, agency: int, on: date) -> models.QuerySet[Membership, str]:
    held = Membership.objects.active(on).filter(agency=agency, role__in=roles, user__is_active=True)
    return held.values_list("role", flat=True).distinct()


_ROLES_HELD: Final = CompiledRead(_roles_held, is_prepared=True)


def agencies_with_officers(agencies: Collection[int], on: date) -> frozenset[int]:
    """Return which of ``agencies`` have an officer, or an absent officer's deputy, on a day; one query for all."""
    return frozenset(_WITH_OFFICERS.rows(on=on, **numbered("agency", agencies)))


def _with_officers(_shape: None, *, on: date, **agencies: int) -> models.QuerySet[Membership, Any]:
    unattended = Absence.objects.on(on).filter(deputy__isnull=True).values("user")
    members = Membership.objects.active(on).filter(agency__in=list(agencies.values()), role=Role.OFFICER)
    present = members.filter(user__is_active=True).exclude(user__in=unattended)
    return present.values_list("agency", flat=True)


_WITH_OFFICERS: Final = CompiledRead(_with_officers, is_prepared=True)


def cmu_staff(on: date, *, exclude: Collection[uuid.UUID] = ()) -> models.QuerySet[User]:
    """Return the staff of the CMU who act on a day, its head included; ``exclude`` as in ``officers_of``."""
    return _acting(Membership.objects.active(on).filter(role__in=CMU), on, exclude)


def operators(on: date) -> models.QuerySet[User]:
    """Return the operators who act on a day; without any the head of the CMU, without one all its staff."""
    tiers = (OPERATORS, {Role.CMU_HEAD}, CMU)
    found = [_acting(Membership.objects.active(on).filter(role__in=roles), on) for roles in tiers]
    return next((people for people in found if people.exists()), found[-1])


def _acting(memberships: MembershipQuerySet, on: date, exclude: Collection[uuid.UUID] = ()) -> models.QuerySet[User]:
    away = Absence.objects.on(on)
    held = memberships.filter(user__is_active=True).exclude(user__in=exclude)
    members = held.values("user")
    deputies = away.filter(user__in=held.lent().values("user"), deputy__isnull=False).values("deputy")
    present = Q(pk__in=members) & ~Q(pk__in=away.values("user"))
    acting = User.objects.filter(present | Q(pk__in=deputies), is_active=True, is_staff=True)
    return acting.exclude(pk__in=exclude).order_by("login")
