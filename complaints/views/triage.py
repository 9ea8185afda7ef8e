"""The unit's triage: cases without an owner, sent to an agency or closed with a reason."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.guards import staff_required, user_of
from accounts.roles import CMU
from complaints import desk, suggestions, verbs
from complaints.desk import agencies_but
from complaints.forms.desk import ArchiveForm, ReferForm
from complaints.models import Case
from complaints.verbs.triage import NoActiveOfficer
from complaints.views.acts import Doing, act, frame
from complaints.workflow import State, Verb


@staff_required(CMU)
@require_safe
def triage(request: HttpRequest) -> HttpResponse:
    """Show the cases that wait for an owner, by deadline, the refusal's reason beside the citizen's words."""
    user, at = user_of(request), timezone.now()
    waiting = Case.objects.visible_to(user, at=at)
    page = desk.triage_page(waiting, after=request.GET.get("after", ""))
    context = {
        "items": [
            (item, desk.row_of(item.case, user, at=at))
            for item in suggestions.opened(page.cases, on=timezone.localdate(at))
        ],
        "next": f"?{urlencode({'after': page.next})}" if page.next else "",
        "first": "?" if request.GET.get("after") else "",
        **frame(user, at=at),
    }
    return render(request, "complaints/desk/triage.html", context)


@act(Verb.REFER, "complaints/desk/refer.html")
def refer(doing: Doing) -> HttpResponse:
    """Send the case to an agency; from another one it is taken back first."""
    on = timezone.localdate(doing.at)
    form = ReferForm(doing.data, agencies=agencies_but(doing.case, on=on))
    if not doing.is_sent(form) or not _refer(doing, form):
        return doing.page(item=_item(doing))
    words = {"agency": form.chosen_agency.name}
    return doing.done(gettext("You referred the case to %(agency)s. It and the citizen are being told.") % words)


def _refer(doing: Doing, form: ReferForm) -> bool:
    agency, reason, resets = form.chosen_agency, form.cleaned_data["reason"], form.cleaned_data["resets_limit"]
    try:
        verbs.refer(doing.case, by=doing.user, at=doing.at, agency=agency, reason=reason, resets_limit=resets)
    except NoActiveOfficer:
        text = gettext("%(agency)s has no active liaison officer today and cannot receive it. Choose another one.")
        form.add_error("agency", text % {"agency": agency.name})
        return False
    return True


def _item(doing: Doing) -> suggestions.Open | None:
    """Return the case with its suggestions, while it waits for an owner."""
    if doing.case.state != State.TRIAGE:
        return None
    cases = suggestions.with_reasons(Case.objects.filter(pk=doing.case.pk))
    return suggestions.opened(list(cases), on=timezone.localdate(doing.at))[0]


@act(Verb.ARCHIVE, "complaints/desk/archive.html")
def archive(doing: Doing) -> HttpResponse:
    """Close what no agency can take on, with a reason the citizen reads."""
    form = ArchiveForm(doing.data)
    if not doing.is_sent(form):
        return doing.page()
    verbs.archive(doing.case, by=doing.user, at=doing.at, reason=form.cleaned_data["reason"])
    return doing.done(gettext("You closed the case. The citizen is being told and reads your reason."))
