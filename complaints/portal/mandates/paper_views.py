"""Files that prove a mandate, added to a request that waits for the unit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import citizen_required, signed_in_citizen, signed_in_user
from accounts.models import Mandate
from complaints.attachments import mandate_papers
from complaints.attachments.fields import NOT_STORED, UploadForm, uploader_key
from complaints.attachments.mandate_papers import NotWaiting, TooMany
from complaints.attachments.uploads import NotStored


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
    kept = mandate_papers.kept_papers(mandate)
    form = PapersForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        uploader=uploader_key(user),
        at=at,
        room=max(mandate_papers.MOST - len(kept), 0),
    )
    if not mandate.is_waiting(at=at):
        return _too_late(request, pk)
    if form.is_bound and form.is_valid():
        try:
            mandate_papers.add(mandate, form.taken, by=user, at=at)
        except NotStored:
            form.add_error("attachments", NOT_STORED)
        except TooMany:
            kept = mandate_papers.kept_papers(mandate)
            form.add_error(
                "attachments", gettext("Papers were added in another window. Choose again: nothing was saved.")
            )
        except NotWaiting:
            return _too_late(request, pk)
        else:
            messages.success(request, gettext("The papers were added to your request."))
            return redirect("mandate", pk)
    page = {"form": form, "mandate": mandate, "kept": kept, "has_room": len(kept) < mandate_papers.MOST}
    return render(request, "complaints/portal/mandates/papers.html", page)


def _too_late(request: HttpRequest, pk: UUID) -> HttpResponse:
    messages.warning(request, gettext("This request was answered or withdrawn. No papers were added."))
    return redirect("mandate", pk)
