"""Invitations of new staff: made, sent again, withdrawn, and accepted by the link in an e-mail."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.contact import BY_EMAIL, to_staff
from accounts.decorators import handles_rate_limits
from accounts.identity.staff_citizen_link import citizen_with_phone
from accounts.models import FIRST_OPERATORS, Invitation, Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import Role
from accounts.sign_in.passwords import NewPasswordForm, PasswordOwner
from accounts.staff import memberships
from accounts.staff.memberships import ChangeNotAllowed, RoleTerms, lock_managers, lock_person
from agencies.models import Agency
from kit.dates import day_digits
from kit.link_pages import opened_by_link
from notifications import outbox
from notifications.models import Lane

# ---- Invitations of new staff to their work e-mail; the link sets their own password and works once. ----


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
    if not memberships.may_manage(by, at=at):
        raise ChangeNotAllowed
    user = create_account(new)
    change = memberships.propose(user, terms, by=by, at=at)
    memberships.record(StaffChangeKind.INVITED, user, by=by, at=at)
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
    if not memberships.may_change(user, by=by, at=at):
        raise ChangeNotAllowed
    rate_limits.spend(rate_limits.INVITATIONS_PER_PERSON, str(user.pk), at=at)
    with transaction.atomic():
        locked = lock_person(user.pk)
        if locked.has_usable_password() or locked.is_active:
            raise AlreadyEntered
        Invitation.objects.open().filter(user=locked).update(withdrawn_at=at)
        memberships.record(StaffChangeKind.INVITED, locked, by=by, at=at)
        issue(locked, by=by, at=at)


@transaction.atomic
def withdraw(user: User, *, by: User, at: datetime) -> None:
    """Withdraw the open invitation. Raises ``ChangeNotAllowed``, and ``AlreadyEntered`` where there is none."""
    if not memberships.may_change(user, by=by, at=at):
        raise ChangeNotAllowed
    locked = lock_person(user.pk)
    if not Invitation.objects.open().filter(user=locked).update(withdrawn_at=at):
        raise AlreadyEntered
    memberships.record(StaffChangeKind.INVITATION_WITHDRAWN, locked, by=by, at=at)


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


# ---- The first operators of an installation, whom nobody could propose or consent to. ----


class OperatorsExist(Exception):
    """There is, or was, an operator: every other one is proposed and consented to on the pages."""


@transaction.atomic
def install_operators(people: Sequence[NewPerson], *, at: datetime) -> list[User]:
    """Make the first operators and owe their invitations; works once.

    Concurrent runs wait for each other, and the second raises ``OperatorsExist``; a trigger and a unique number refuse
    what bypasses this function. Raises ``AddressTaken``.
    """
    lock_managers()
    if Membership.objects.filter(role=Role.OPERATOR).exists():
        raise OperatorsExist
    unit = Agency.objects.filter(code="cmu").first()
    return [_install(person, place, unit, at=at) for place, person in zip(FIRST_OPERATORS, people, strict=False)]


def _install(person: NewPerson, place: int, unit: Agency | None, *, at: datetime) -> User:
    user, today = create_account(person), timezone.localdate(at)
    change = StaffChange.objects.create(
        kind=StaffChangeKind.ROLE_GIVEN,
        subject=user,
        role=Role.OPERATOR,
        agency=unit,
        starts_on=today,
        proposed_at=at,
        outcome=Outcome.DONE,
        decided_at=at,
        installed_as=place,
    )
    Membership.objects.create(user=user, agency=unit, role=Role.OPERATOR, starts_on=today, change=change)
    issue(user, by=None, at=at)
    return user


# ---- The page behind the link of an invitation: new staff set their own password. ----


logger = logging.getLogger(__name__)


@opened_by_link
@require_http_methods(["GET", "HEAD", "POST"])
@handles_rate_limits
def invitations_view_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form for the password, or why the link no longer works; opening the link alone uses nothing up."""
    at = timezone.now()
    state, invitation = find(token, at=at)
    if invitation is None or state != LinkState.OPEN:
        return _unusable(request, state)
    form = NewPasswordForm(request.POST or None, owner=_owner(invitation.user))
    if request.method == "POST" and form.is_valid():
        rate_limits.spend(rate_limits.NEW_PASSWORDS_PER_ADDRESS, rate_limits.client_address(request), at=at)
        try:
            user = accept(token, form.cleaned_data["password"], at=at)
        except LinkUnusable as unusable:
            return _unusable(request, unusable.state)
        logger.info("an invitation was accepted", extra={"user_id": str(user.pk)})
        # Whoever was signed in at this browser is another person, or another account of the same one.
        logout(request)
        messages.success(request, gettext("Your password is set. Sign in with your work e-mail"))
        return redirect("staff-sign-in")
    return render(request, "accounts/staff/invitations/accept.html", {"form": form, "person": invitation.user})


def _unusable(request: HttpRequest, state: LinkState) -> HttpResponse:
    """Say why a link does not work; one that nobody ever sent is not found."""
    status = HTTPStatus.NOT_FOUND if state == LinkState.UNKNOWN else HTTPStatus.GONE
    return render(request, "accounts/staff/invitations/unusable.html", {"state": state.value}, status=status)


def _owner(user: User) -> PasswordOwner:
    names = user.name_en.split() or [""]
    return PasswordOwner(first_name=names[0], family_name=names[-1], email=user.email)
