"""Invitations of new staff to their work e-mail; the link sets their own password and works once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts import rate_limits
from accounts.contact.recipients import BY_EMAIL, to_staff
from accounts.identity.staff_citizen_link import citizen_with_phone
from accounts.models import Invitation, StaffChange, StaffChangeKind, User
from accounts.staff.memberships import changes, rules
from accounts.staff.memberships.changes import ChangeNotAllowed, RoleTerms
from accounts.staff.memberships.locks import lock_person
from kit.dates import day_digits
from notifications import outbox
from notifications.models import Lane

LIFE: Final = timedelta(days=7)
_BYTES: Final = 32


class AddressTaken(ValueError):
    """Another account signs in with this e-mail address."""


class AlreadyEntered(ValueError):
    """The person has set a password: there is nothing to invite to."""


class LinkState(Enum):
    """What a link of an invitation is still good for."""

    OPEN = "open"
    UNKNOWN = "unknown"
    USED = "used"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class LinkUnusable(Exception):
    """The link no longer works; carries why."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True)
class NewPerson:
    """Who is invited: the work e-mail they will sign in with, their names, and a mobile number if they have one."""

    email: str
    name_ar: str
    name_en: str
    language: str = "ar"
    phone: str = ""


# ---- by the unit ----


@transaction.atomic
def invite(new: NewPerson, terms: RoleTerms, *, by: User, at: datetime) -> StaffChange:
    """Create the account of a new member of staff, propose a role and owe the invitation; return the proposal.

    The account is inactive until the invitation is accepted. Raises ``ChangeNotAllowed``, ``AddressTaken``.
    """
    if not rules.may_manage(by, at=at):
        raise ChangeNotAllowed
    user = create_account(new)
    change = changes.propose(user, terms, by=by, at=at)
    changes.record(StaffChangeKind.INVITED, user, by=by, at=at)
    issue(user, by=by, at=at)
    return change


def create_account(new: NewPerson) -> User:
    """Create an account that nobody can sign in to yet, in the caller's transaction. Raises ``AddressTaken``."""
    address = new.email.strip().lower()
    user = User(
        login=address,
        email=address,
        name_ar=new.name_ar,
        name_en=new.name_en,
        language=new.language,
        phone=new.phone,
        person=citizen_with_phone(new.phone) if new.phone else None,
        is_staff=True,
        is_active=False,
    )
    user.set_unusable_password()
    created = User.objects.bulk_create([user], ignore_conflicts=True)
    if not User.objects.filter(pk=created[0].pk).exists():
        raise AddressTaken
    return user


def send_again(user: User, *, by: User, at: datetime) -> None:
    """Owe another invitation with a new link; the link before no longer works.

    Raises ``ChangeNotAllowed``, ``AlreadyEntered``, ``RateLimitReached`` after five a day.
    """
    if not rules.may_change(user, by=by, at=at):
        raise ChangeNotAllowed
    rate_limits.spend(rate_limits.INVITATIONS_PER_PERSON, str(user.pk), at=at)
    with transaction.atomic():
        locked = lock_person(user.pk)
        if locked.has_usable_password() or locked.is_active:
            raise AlreadyEntered
        Invitation.objects.open().filter(user=locked).update(withdrawn_at=at)
        changes.record(StaffChangeKind.INVITED, locked, by=by, at=at)
        issue(locked, by=by, at=at)


@transaction.atomic
def withdraw(user: User, *, by: User, at: datetime) -> None:
    """Withdraw the open invitation. Raises ``ChangeNotAllowed``, and ``AlreadyEntered`` where there is none."""
    if not rules.may_change(user, by=by, at=at):
        raise ChangeNotAllowed
    locked = lock_person(user.pk)
    if not Invitation.objects.open().filter(user=locked).update(withdrawn_at=at):
        raise AlreadyEntered
    changes.record(StaffChangeKind.INVITATION_WITHDRAWN, locked, by=by, at=at)


def issue(user: User, *, by: User | None, at: datetime) -> None:
    """Make the one open invitation of ``user`` and owe its e-mail, in the caller's transaction.

    The token has 256 random bits and is kept only as a hash; the e-mail is encrypted in the outbox, and expires with
    the link.
    """
    token = secrets.token_urlsafe(_BYTES)
    invitation = Invitation.objects.create(
        user=user, token_hash=_digest(token), invited_by=by, created_at=at, expires_at=at + LIFE
    )
    with override(user.language):
        url = settings.PUBLIC_URL + reverse("staff-invitation", args=[token])
    context = {"url": url, "date": day_digits((at + LIFE).date())}
    notices = list(to_staff("staff_invitation", user, lambda: context, by=BY_EMAIL, daytime=False))
    outbox.owe(
        notices,
        occasion=f"invitation:{invitation.pk}",
        at=at,
        lane=Lane.CODES,
        expires_at=invitation.expires_at,
    )


# ---- by the link ----


def find(token: str, *, at: datetime) -> tuple[LinkState, Invitation | None]:
    """Return what a link is good for, with its invitation unless nobody ever sent it."""
    invitation = Invitation.objects.select_related("user").filter(token_hash=_digest(token)).first()
    return _state(invitation, at=at), invitation


def accept(token: str, password: str, *, at: datetime) -> User:
    """Set the person's password and let them sign in; the link is used up. Raises ``LinkUnusable``.

    Locks the invitation, so that of two who accept at once one succeeds; hashes before it locks.
    """
    hashed = make_password(password)
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).filter(token_hash=_digest(token)).first()
        state = _state(locked, at=at)
        if locked is None or state != LinkState.OPEN:
            raise LinkUnusable(state)
        user = lock_person(locked.user_id)
        user.password, user.is_active = hashed, True
        user.save(update_fields=["password", "is_active"])
        locked.used_at = at
        locked.save(update_fields=["used_at"])
        return user


def open_invitations(users: list[UUID]) -> dict[UUID, Invitation]:
    """Return the newest invitation of each of ``users`` that was neither used nor withdrawn; one query."""
    return {row.user_id: row for row in Invitation.objects.open().filter(user__in=users)}


def _state(invitation: Invitation | None, *, at: datetime) -> LinkState:
    if invitation is None:
        return LinkState.UNKNOWN
    if invitation.used_at is not None:
        return LinkState.USED
    if invitation.withdrawn_at is not None:
        return LinkState.WITHDRAWN
    return LinkState.EXPIRED if invitation.is_expired(at) else LinkState.OPEN


def _digest(token: str) -> str:
    # A random token of 256 bits needs neither salt nor key: nobody can try them all.
    return hashlib.sha256(token.encode()).hexdigest()
