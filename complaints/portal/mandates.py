"""Pages of somebody who speaks for another by a mandate: the person's cases, and filing for them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import citizen_required, signed_in_citizen, signed_in_user
from accounts.models import Citizen, Mandate, MandateOver
from complaints import own_cases
from complaints.attachments import fields
from complaints.attachments.fields import NOT_STORED, NotWaiting, TooMany, UploadForm, uploader_key
from complaints.attachments.uploads import NotStored
from complaints.case_text.kinds import WORDS
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts, Writer
from complaints.models import Case, Draft
from complaints.portal.filing_steps import TOO_MANY_DRAFTS, to_step

# ---- Files that prove a mandate, added to a request that waits for the unit. ----


class PapersForm(UploadForm):
    """The files that prove the mandate; at least one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachments"].label = _("The papers that prove it")
        self.fields["attachments"].help_text = _(
            "Photos or PDF, up to 5 in all: such as the ID card of both, the ruling or the power of attorney. Only the "
            "unit sees them."
        )

    def clean(self) -> dict[str, Any]:
        """Ask for a file."""
        cleaned = super().clean() or {}
        if not self.errors and not self.taken:
            self.add_error("attachments", gettext("Choose a file first"))
        return cleaned


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the papers of a request that its representative sent to the unit; one that was answered takes none."""
    user, at = signed_in_user(request), timezone.now()
    asked = Mandate.objects.filter(by_unit=True, representative=signed_in_citizen(request))
    mandate = get_object_or_404(asked, pk=pk)
    kept = fields.kept_papers(mandate)
    form = PapersForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        uploader=uploader_key(user),
        at=at,
        room=max(fields.MOST - len(kept), 0),
    )
    if not mandate.is_waiting(at=at):
        return _too_late(request, pk)
    if form.is_bound and form.is_valid():
        try:
            fields.add(mandate, form.taken, by=user, at=at)
        except NotStored:
            form.add_error("attachments", NOT_STORED)
        except TooMany:
            kept = fields.kept_papers(mandate)
            form.add_error(
                "attachments", gettext("Papers were added in another window. Choose again: nothing was saved.")
            )
        except NotWaiting:
            return _too_late(request, pk)
        else:
            messages.success(request, gettext("The papers were added to your request."))
            return redirect("mandate", pk)
    page = {"form": form, "mandate": mandate, "kept": kept, "has_room": len(kept) < fields.MOST}
    return render(request, "complaints/portal/mandates/papers.html", page)


def _too_late(request: HttpRequest, pk: UUID) -> HttpResponse:
    messages.warning(request, gettext("This request was answered or withdrawn. No papers were added."))
    return redirect("mandate", pk)


# ---- The cases that a mandate covers, and a new one for the person; the pages of a case are those of its
# citizen.


#: Cases on the page, the newest; the others are found by their number.
MOST: Final = 100


@citizen_required
@require_safe
def cases_for(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List the cases that the mandate covers, and offer to file one for the person."""
    user, at = signed_in_user(request), timezone.now()
    mandate = _in_force(signed_in_citizen(request), pk)
    seen = Case.objects.visible_to(user, at=at).filter(citizen=mandate.person)
    rows = own_cases.rows(seen.for_listing().order_by("-filed_at", "-pk")[:MOST], at=at)
    page = {"mandate": mandate, "rows": rows, "kinds": WORDS}
    return render(request, "complaints/portal/mandates/cases_for.html", page)


@citizen_required
@require_POST
def file_for(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """Begin a draft for the person; whoever sends it is asked for the mandate once more, under its lock."""
    citizen, at = signed_in_citizen(request), timezone.now()
    mandate = _in_force(citizen, pk)
    writer = Writer(citizen=citizen, visitor="", uploader=uploader_key(signed_in_user(request)), network="")
    try:
        draft = drafting.save_draft(Draft(kind=kind, mandate=mandate, **writer.owns()), writer, at=at)
    except TooManyDrafts:
        messages.error(request, TOO_MANY_DRAFTS)
        return redirect("cases-for", pk)
    return to_step("new-what", draft)


def _in_force(citizen: Citizen, pk: UUID) -> Mandate:
    """Return the mandate of the representative; 404 for everybody else, ``MandateOver`` for one that is over."""
    held = Mandate.objects.filter(representative=citizen, decided_at__isnull=False).select_related("person")
    mandate = get_object_or_404(held, pk=pk)
    if not mandate.is_in_force(at=timezone.now()):
        raise MandateOver(mandate)
    return mandate
