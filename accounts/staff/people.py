"""The pages of people and their roles, for the unit and the operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import handles_rate_limits, signed_in_user, staff_required
from accounts.models import Absence, Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.roles import CMU, STAFF_MANAGERS, Role
from accounts.sign_in.factors import recent_factor_required
from accounts.staff import invitations, memberships
from accounts.staff.absences import AlreadyAway, DeputyAway, end_absence, plan_absence
from accounts.staff.filters import query_string, sent_filter
from accounts.staff.frame import frame
from accounts.staff.invitations import AddressTaken, AlreadyEntered
from accounts.staff.memberships import (
    AlreadyDecided,
    AlreadyHeld,
    AlreadyProposed,
    ChangeNotAllowed,
    ChangeOutdated,
    NobodyLeft,
)
from accounts.staff.people_forms import (
    AbsenceForm,
    DetailsForm,
    EndForm,
    InviteForm,
    PeopleForm,
    RoleForm,
    change_details,
    list_people,
    pending_changes,
    person_page,
    possible_deputies,
)
from agencies.models import Agency, Directorate

# ---- The pages of people: the list, one person, invitations, roles and accounts. ----


@staff_required(STAFF_MANAGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """List people; names are searched by POST, so that none stands in an address."""
    user, at = signed_in_user(request), timezone.now()
    sent = sent_filter(request)
    form = PeopleForm(sent, agencies=Agency.objects.order_by("name_ar", "pk"))
    query = form.query()
    if request.method == "POST" and not query.words:
        return redirect(request.path + query_string(sent))
    page = list_people(query, at=at, after=sent.get("after", ""))
    context = {
        "form": form,
        "page": page,
        "older": query_string(sent, after=page.next) if page.next and not query.words else "",
        "pending": pending_changes(user, at=at),
    }
    return render(request, "accounts/staff/people/people.html", {**context, **frame(user, at=at)})


@staff_required(STAFF_MANAGERS)
@require_http_methods(["GET", "HEAD"])
def person(request: HttpRequest, person: UUID) -> HttpResponse:
    """Show one person: roles by day, absences, the invitation, and every change."""
    reader, at = signed_in_user(request), timezone.now()
    page = person_page(_staff(person), reader, at=at)
    return render(request, "accounts/staff/people/person.html", {"page": page, **frame(reader, at=at)})


@staff_required(STAFF_MANAGERS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a new member of staff with a first role."""
    by, at = signed_in_user(request), timezone.now()
    form = InviteForm(request.POST if request.method == "POST" else None, **_offers(by, at))
    if form.is_bound and form.is_valid():
        try:
            change = invitations.invite(form.person(), form.terms(), by=by, at=at)
        except AddressTaken:
            form.add_error("email", gettext("This address is already used by another account."))
        except ChangeNotAllowed:
            raise Http404 from None
        else:
            messages.success(
                request, gettext("The invitation is on its way. %(next)s") % {"next": _role_sentence(change)}
            )
            return redirect("person", change.subject_id)
    return render(request, "accounts/staff/people/invite.html", {"form": form, **frame(by, at=at)})


@staff_required(STAFF_MANAGERS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, person: UUID) -> HttpResponse:
    """Correct names, mobile number and language of somebody; the work e-mail stays, for it is the way in."""
    by, at, subject = signed_in_user(request), timezone.now(), _staff(person)
    now = {name: getattr(subject, name) for name in ("name_ar", "name_en", "phone", "language")}
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_bound and form.is_valid():
        change_details(subject, form.details(), by=by, at=at)
        messages.success(request, gettext("The details are saved."))
        return redirect("person", subject.pk)
    return render(request, "accounts/staff/people/details.html", {"form": form, "subject": subject, **frame(by, at=at)})


@staff_required(STAFF_MANAGERS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, person: UUID) -> HttpResponse:
    """Propose a role for somebody; nobody reaches this page about themselves."""
    by, at, subject = signed_in_user(request), timezone.now(), _staff(person)
    if not memberships.may_change(subject, by=by, at=at):
        raise Http404
    form = RoleForm(request.POST if request.method == "POST" else None, **_offers(by, at))
    if form.is_bound and form.is_valid():
        try:
            change = memberships.propose(subject, form.terms(), by=by, at=at)
        except AlreadyHeld:
            form.add_error("role", gettext("This person already has this role in this agency."))
        except AlreadyProposed:
            form.add_error("role", gettext("This role has already been proposed and waits for a second person"))
        except ChangeNotAllowed:
            raise Http404 from None
        else:
            messages.success(request, _role_sentence(change))
            return redirect("person", subject.pk)
    context = {"form": form, "subject": subject, **frame(by, at=at)}
    return render(request, "accounts/staff/people/propose.html", context)


@staff_required(STAFF_MANAGERS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def end_role(request: HttpRequest, person: UUID, membership: int) -> HttpResponse:
    """End a role of somebody with a day."""
    by, at, subject = signed_in_user(request), timezone.now(), _staff(person)
    found = get_object_or_404(Membership.objects.select_related("agency", "user"), pk=membership, user=subject)
    if not memberships.may_change(subject, by=by, at=at, roles=[Role(found.role)]):
        raise Http404
    today = timezone.localdate(at)
    form = EndForm(request.POST if request.method == "POST" else None, membership=found, today=today)
    if form.is_bound and form.is_valid():
        try:
            memberships.end(found, last_day=form.cleaned_data["last_day"], by=by, at=at)
        except NobodyLeft:
            form.add_error("last_day", _nobody_left())
        except AlreadyDecided:
            messages.warning(request, gettext("This role has ended already."))
            return redirect("person", subject.pk)
        else:
            messages.success(request, gettext("The end of the role is recorded, and the person is told by e-mail."))
            return redirect("person", subject.pk)
    context = {"form": form, "subject": subject, "membership": found, **frame(by, at=at)}
    return render(request, "accounts/staff/people/end.html", context)


@staff_required(STAFF_MANAGERS)
@recent_factor_required()
@require_POST
def decide(request: HttpRequest, change: int) -> HttpResponse:
    """Consent to a change as the second person, or refuse it."""
    by, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(StaffChange, pk=change)
    is_consent = "consent" in request.POST
    try:
        (memberships.consent if is_consent else memberships.refuse)(found.pk, by=by, at=at)
    except ChangeNotAllowed:
        raise Http404 from None
    except AlreadyDecided:
        messages.warning(request, gettext("Someone else has decided this in the meantime. Nothing was changed."))
    except AlreadyHeld:
        messages.error(request, gettext("This person already has this role in this agency."))
    except ChangeOutdated:
        messages.error(request, gettext("This proposal is out of date. Refuse it, and propose it again."))
    else:
        done = gettext("You consented. The person is told by e-mail."), gettext("The proposal is refused.")
        messages.success(request, done[0] if is_consent else done[1])
    return redirect("person", found.subject_id)


@staff_required(STAFF_MANAGERS)
@require_POST
@handles_rate_limits
def invitation(request: HttpRequest, person: UUID) -> HttpResponse:
    """Send an invitation again, or withdraw it."""
    if "withdraw" in request.POST:
        return _act(request, person, invitations.withdraw, lambda _done: gettext("The invitation is withdrawn."))
    return _act(request, person, invitations.send_again, lambda _done: gettext("A new invitation is on its way."))


@staff_required(STAFF_MANAGERS)
@recent_factor_required()
@require_POST
def access(request: HttpRequest, person: UUID) -> HttpResponse:
    """Close the account of somebody who leaves, reopen it, or remove second factors that were lost."""
    if "close" in request.POST:
        return _act(request, person, memberships.close, _account_sentence)
    if "factors" in request.POST:
        return _act(request, person, memberships.remove_factors, _account_sentence)
    return _act(request, person, memberships.reopen, _account_sentence)


def _act(request: HttpRequest, person: UUID, act: Callable[..., Any], said: Callable[[Any], str]) -> HttpResponse:
    """Do ``act`` to a person and say what came of it, which ``said`` puts into words."""
    subject = _staff(person)
    try:
        done = act(subject, by=signed_in_user(request), at=timezone.now())
    except ChangeNotAllowed:
        raise Http404 from None
    except (AlreadyDecided, AlreadyEntered, AlreadyProposed):
        messages.warning(
            request, gettext("The account has changed in the meantime. Nothing was done. Look at it again.")
        )
    except NobodyLeft:
        messages.error(request, _nobody_left())
    else:
        messages.success(request, said(done))
    return redirect("person", subject.pk)


def _account_sentence(change: StaffChange) -> str:
    if change.kind == StaffChangeKind.CLOSED:
        return gettext("The account is closed. Its owner can no longer sign in.")
    if change.kind == StaffChangeKind.FACTORS_REMOVED:
        return gettext("The second step is removed. The person sets up a new one at the next sign-in.")
    if change.outcome == Outcome.PENDING:
        return gettext("Reopening the account waits for a second person.")
    return gettext("The account is open again, and its owner is told by e-mail.")


def _staff(key: UUID) -> User:
    return get_object_or_404(User, pk=key, is_staff=True)


def _offers(by: User, at: datetime) -> dict[str, Any]:
    """Return what a role can be chosen from: no agency that ended, no directorate out of use."""
    today = timezone.localdate(at)
    directorates = Directorate.objects.filter(is_active=True).select_related("agency")
    return {
        "roles": memberships.roles_to_give(by, at=at),
        "agencies": Agency.objects.existing(on=today).order_by("name_ar", "pk"),
        "directorates": directorates.order_by("agency__name_ar", "name_ar", "pk"),
        "today": today,
    }


def _role_sentence(change: StaffChange) -> str:
    if change.outcome == Outcome.PENDING:
        return gettext("The role waits for the consent of a second person.")
    return gettext("The role is given, and the person is told by e-mail.")


def _nobody_left() -> str:
    return gettext("At least two people must remain who can propose and consent. Give the role to others first")


# ---- The pages on which the unit plans and ends the absence of somebody, with a deputy. ----


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, person: UUID) -> HttpResponse:
    """Plan an absence; a deputy acts with the roles in agencies, so nobody names themselves."""
    by, at = signed_in_user(request), timezone.now()
    subject = get_object_or_404(User, pk=person, is_staff=True)
    form = _form(request, subject, by, at)
    if form.is_bound and form.is_valid() and _is_planned(form, subject):
        messages.success(request, gettext("The absence is planned."))
        return redirect("person", subject.pk)
    context = {"form": form, "subject": subject, **frame(by, at=at)}
    return render(request, "accounts/staff/people/absence.html", context)


@staff_required(CMU)
@require_POST
def end(request: HttpRequest, person: UUID, absence: int) -> HttpResponse:
    """End an absence today, or strike one that has not begun."""
    found = get_object_or_404(Absence, pk=absence, user=person)
    end_absence(found, on=timezone.localdate(timezone.now()))
    messages.success(request, gettext("The absence has ended."))
    return redirect("person", person)


def _form(request: HttpRequest, subject: User, by: User, at: datetime) -> AbsenceForm:
    today = timezone.localdate(at)
    deputies = possible_deputies(subject, on=today).exclude(pk=by.pk)
    return AbsenceForm(request.POST if request.method == "POST" else None, deputies=deputies, today=today)


def _is_planned(form: AbsenceForm, subject: User) -> bool:
    days = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
    try:
        plan_absence(subject, deputy=form.chosen_deputy(), **days)
    except AlreadyAway:
        form.add_error("starts_on", gettext("This person already has an absence on some of these days"))
    except DeputyAway:
        words = gettext("On some of these days the deputy is away, or the absent person is a deputy for someone else")
        form.add_error("deputy", words)
    else:
        return True
    return False
