"""What the pages of one contact share: loading it, its head, and the caller's cases beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CONTACT_CENTRE
from complaints.contact_centre import contacts
from complaints.contact_centre.callers.lookup import spoken_status
from complaints.escalation.expiry import DRAFT_LIFE
from complaints.filing.writers import Writer
from complaints.models import Case, CentreContact, Channel, Draft
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import last_words

#: Cases of the caller shown beside the form, the newest.
MOST_CASES: Final = 8
TOO_MANY, CONFLICT = 429, 409

type ContactView = Callable[..., HttpResponse]


def contact_page(view: ContactView) -> ContactView:
    """Let the agent of an open contact in, with it as the second argument; one that is over leads to its result."""

    @staff_required(CONTACT_CENTRE)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, contact: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        agent, at = signed_in_user(request), timezone.now()
        found = contacts.open_contacts(agent, at=at).filter(pk=contact).first()
        if found is not None:
            return view(request, found, *args, **kwargs)
        over = get_object_or_404(CentreContact, pk=contact, agent=agent)
        return last_words(request, redirect("call-saved", over.pk) if over.reference else redirect("calls-new"), at=at)

    return page


def proven_page(view: ContactView) -> ContactView:
    """Let in as ``contact_page`` does once the person has proven who they are; before, lead to that."""

    @contact_page
    @wraps(view)
    def page(request: HttpRequest, contact: CentreContact, *args: Any, **kwargs: Any) -> HttpResponse:
        if not contact.is_proven or contact.citizen is None:
            return redirect("call-person", contact.pk)
        if contact.citizen.pk == signed_in_user(request).person_id:
            raise Http404
        return view(request, contact, *args, **kwargs)

    return page


def draft_writer(contact: CentreContact) -> Writer:
    """Return whose drafts are written on in ``contact``: the person's, with files counted for the agent."""
    return Writer(citizen=contact.citizen, visitor="", uploader=str(contact.agent_id), network="")


def contact_draft(contact: CentreContact) -> Draft:
    """Return the draft of ``contact``, unsaved where nothing was written yet."""
    joined = ("agency", "topic", "topic__parent", "governorate", "citizen")
    own = Draft.objects.filter(citizen=contact.citizen).select_related(*joined)
    held = own.filter(pk=contact.draft).first() if contact.draft else None
    return held or Draft(kind="complaint", citizen=contact.citizen, notify_by=offered_way(contact))


def is_on_paper(contact: CentreContact) -> bool:
    """Tell whether the case came with files: as a letter, an e-mail, or with whoever is at the counter."""
    return contact.channel != Channel.PHONE


def offered_way(contact: CentreContact) -> str:
    """Return by what the person gets messages first."""
    return contact.citizen.offered_way if contact.citizen else ""


def person_context(contact: CentreContact, user: User, *, at: datetime) -> dict[str, Any]:
    """Return what stands around the middle of a page of ``contact``: the person, their cases, and what was cut off."""
    citizen = contact.citizen
    context = {
        "contact": contact,
        "citizen": citizen,
        "is_call": not is_on_paper(contact),
        **frame(user, at=at),
    }
    if citizen is None or not contact.is_proven:
        return context
    own = Case.objects.not_own_or_recused(user).filter(citizen=citizen).for_listing().order_by("-pk")
    left = contacts.cut_off(citizen, at=at, life=timedelta(days=DRAFT_LIFE.days))
    return context | {
        "cases": [(case, spoken_status(case)) for case in own[:MOST_CASES]],
        "cut_off": [one for one in left if one.draft != contact.draft],
    }
