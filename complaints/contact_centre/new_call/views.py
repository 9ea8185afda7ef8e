"""Whoever calls is found, proves who they are by an answer, or is registered on the spot."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import phones
from accounts.decorators import signed_in_user, staff_required
from accounts.identity.registries import RegistryFinding, RegistryOutcome
from accounts.models import Citizen, User
from accounts.rate_limits import RateLimitReached
from accounts.registration import recorded
from accounts.roles import CONTACT_CENTRE
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.case_text import known_problems
from complaints.contact_centre import contacts
from complaints.contact_centre.contacts import NotTheirs
from complaints.contact_centre.new_call import finding
from complaints.contact_centre.new_call.forms import ChoosePersonForm, FindPersonForm, ProveForm, RegisterForm
from complaints.contact_centre.new_call.pages import TOO_MANY, contact_page, person_context
from complaints.models import CentreContact, Channel
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect

#: So long the second factor counts for finding callers: it is given at the beginning of a shift and after a break.
SHIFT: Final = timedelta(hours=4)
#: Contacts that are still open, and known problems, listed on the first page.
MOST_OPEN, MOST_PROBLEMS = 5, 8

logger = logging.getLogger(__name__)


@never_cache
@staff_required(CONTACT_CENTRE)
@recent_factor_required(within=SHIFT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_call(request: HttpRequest) -> HttpResponse:
    """Find whoever calls; the telephony system opens the page with the number that calls in ``phone``."""
    phone = request.GET.get("phone", "") if request.method == "GET" else ""
    form = FindPersonForm(request.POST if request.method == "POST" else None, initial={"q": phone})
    if phone and finding.mobile_in(phone):
        return _begin(request, FindPersonForm({"q": phone, "channel": Channel.PHONE}))
    return _begin(request, form) if form.is_bound else _find_page(request, form)


def _begin(request: HttpRequest, form: FindPersonForm) -> HttpResponse:
    """Begin the contact with whom the search finds; the same call opened again goes on."""
    agent, at = signed_in_user(request), timezone.now()
    if not form.is_valid():
        return _find_page(request, form)
    typed, channel = form.cleaned_data["q"], form.cleaned_data["channel"]
    phone = finding.mobile_in(typed)
    under_way = contacts.under_way(agent, phone, at=at) if phone and channel == Channel.PHONE else None
    if under_way:
        return redirect("call-person", under_way.pk)
    try:
        found = finding.find(typed, viewer=agent, at=at)
    except RateLimitReached:
        form.add_error(None, gettext("Too many searches. Try again in an hour."))
        return _find_page(request, form, status=TOO_MANY)
    contact = contacts.begin(agent, channel=channel, found_by=found.by, people=found.people, phone=found.phone, at=at)
    contacts.remember_found(request.session, contact, found.people)
    return redirect("call-person" if found.people else "call-register", contact.pk)


def _find_page(request: HttpRequest, form: FindPersonForm, *, status: int = 200) -> HttpResponse:
    agent, at = signed_in_user(request), timezone.now()
    context = {
        "form": form,
        "open_contacts": contacts.open_contacts(agent, at=at)[:MOST_OPEN],
        "problems": known_problems.listed(at=at)[:MOST_PROBLEMS],
        **frame(agent, at=at),
    }
    return render(request, "complaints/contact_centre/new_call/find.html", context, status=status)


# ---- who it is ----


@never_cache
@contact_page
def person(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """Choose among the people found, and take the answer that proves the one who is on the line."""
    if contact.is_proven:
        return redirect("call-file", contact.pk)
    found = contacts.found_people(request.session, contact)
    if contact.citizen is None and not found:
        return redirect("call-register", contact.pk)
    return _prove(request, contact) if contact.citizen else _choose(request, contact, found)


def _choose(request: HttpRequest, contact: CentreContact, found: list[Citizen]) -> HttpResponse:
    form = ChoosePersonForm(request.POST if request.method == "POST" else None, people=found)
    if form.is_bound and form.is_valid():
        contacts.take_person(contact, form.chosen, at=timezone.now())
        return redirect("call-person", contact.pk)
    return _person_page(request, contact, form)


def _prove(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    form = ProveForm(request.POST if request.method == "POST" else None, contact=contact)
    if form.is_bound and form.is_valid():
        try:
            contacts.prove(contact, form.cleaned_data["answer"], at=timezone.now())
        except NotTheirs as wrong:
            if wrong.is_let_go:
                return _let_go(request, contact, gettext("Three answers were wrong."))
            form.add_error("answer", gettext("This does not match. Ask again, or register the caller as a new person."))
        except RateLimitReached:
            return _let_go(request, contact, gettext("Too many wrong answers were given about this person today."))
        else:
            logger.info("a caller was proven", extra={"user_id": str(contact.agent_id)})
            return redirect("call-file", contact.pk)
    return _person_page(request, contact, form)


def _let_go(request: HttpRequest, contact: CentreContact, why: str) -> HttpResponse:
    """Lead to a registration: what the caller says then is a record of its own until the unit has looked at it."""
    contacts.let_go(contact)
    request.session.pop(contacts.FOUND, None)
    words = gettext(
        "You cannot open this person's record in this call. You can register the caller with what they say; the "
        "CMU compares the two."
    )
    messages.warning(request, f"{why} {words}")
    return redirect("call-register", contact.pk)


def _person_page(request: HttpRequest, contact: CentreContact, form: ChoosePersonForm | ProveForm) -> HttpResponse:
    context = {"form": form, **person_context(contact, signed_in_user(request), at=timezone.now())}
    return render(request, "complaints/contact_centre/new_call/person.html", context)


# ---- somebody new ----


@never_cache
@contact_page
@keeps_unsent_form_until_redirect
def register(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """Register whoever has no record, after the registry was asked; no account is needed."""
    if contact.is_proven:
        return redirect("call-file", contact.pk)
    agent, at = signed_in_user(request), timezone.now()
    form = RegisterForm(request.POST if request.method == "POST" else None, initial=_typed_before(contact))
    finding_: RegistryFinding | None = None
    if form.is_bound and form.is_valid():
        try:
            finding_ = recorded.check(form.said(language=get_language() or "ar"), by=agent, at=at)
        except RateLimitReached:
            form.add_error(None, gettext("The register was asked too often. Check the number, or try again tomorrow."))
            return _register_page(request, contact, form, None, status=TOO_MANY)
        if _is_registered(contact, form, finding_, agent=agent, at=at):
            return redirect("call-file", contact.pk)
    return _register_page(request, contact, form, finding_)


def _typed_before(contact: CentreContact) -> dict[str, str]:
    return {"mobile": phones.national(contact.phone or ""), "citizenship": "national"}


def _is_registered(
    contact: CentreContact, form: RegisterForm, found: RegistryFinding, *, agent: User, at: datetime
) -> bool:
    """Record the person; False, with the reason on the form, where the register did not match and no proof is named."""
    if found.outcome != RegistryOutcome.MATCHED:
        form.require_proof()
        if form.errors:
            return False
    citizen = recorded.record(form.said(language=get_language() or "ar"), found, at=at)
    proof = "" if found.outcome == RegistryOutcome.MATCHED else form.cleaned_data["proof"]
    contacts.proven_by_registration(contact, citizen, proof=proof, at=at)
    logger.info("a caller was registered", extra={"user_id": str(agent.pk), "outcome": str(found.outcome)})
    return True


def _register_page(
    request: HttpRequest,
    contact: CentreContact,
    form: RegisterForm,
    found: RegistryFinding | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "is_mismatched": found is not None and found.outcome == RegistryOutcome.MISMATCHED,
        "is_unconfirmed": found is not None
        and found.outcome not in {RegistryOutcome.MATCHED, RegistryOutcome.MISMATCHED},
        "has_candidates": bool(contacts.found_people(request.session, contact)),
        **person_context(contact, signed_in_user(request), at=timezone.now()),
    }
    return render(request, "complaints/contact_centre/new_call/register.html", context, status=status)
