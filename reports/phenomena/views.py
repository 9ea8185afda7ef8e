"""The pages of phenomena: the list, one with its effect and history, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, UNIT_HEAD, Role
from complaints.attachments.fields import NOT_STORED, uploader_key
from complaints.attachments.responses import file_response
from complaints.attachments.uploads import NotStored
from complaints.models import Case
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, sending
from kit.forms import Form
from kit.sent_numbers import sent_number
from reports.models import Directive, Phenomenon, PhenomenonEntry, PhenomenonEntryKind, PhenomenonFile, PhenomenonState
from reports.phenomena import actions, permissions
from reports.phenomena.effect import effect
from reports.phenomena.forms import CaseForm, CommitmentForm, DescriptionForm, DismissalForm, EvidenceForm

CONFLICT = 409
#: Phenomena and cases on a page, the newest; more are counted.
PAGE = 50
#: How many cases agencies are not told: the number of so few could point at a person.
FEW = range(1, 5)
#: The entries whose text is the number of a case, which an agency may not see.
NAMING_A_CASE = frozenset({PhenomenonEntryKind.JOINED, PhenomenonEntryKind.REMOVED})
#: Who issues directives.
DIRECTING = UNIT_HEAD | {Role.PM_OFFICE}
VIEWS: dict[str, tuple[Any, Q]] = {
    "accepted": (pgettext_lazy("phenomenon", "Accepted"), Q(state=PhenomenonState.ACCEPTED)),
    "proposed": (pgettext_lazy("phenomenon", "Proposed"), Q(state=PhenomenonState.PROPOSED)),
    "dismissed": (
        pgettext_lazy("phenomenon", "Dismissed"),
        Q(state__in=[PhenomenonState.DISMISSED, PhenomenonState.MERGED]),
    ),
}


@staff_required(permissions.READERS)
@require_safe
def phenomena(request: HttpRequest) -> HttpResponse:
    """List the phenomena the reader may read, the newest first; three statements for any number."""
    user, at = signed_in_user(request), timezone.now()
    mine, chosen = permissions.visible_to(user, at), request.GET.get("view", "")
    chosen = chosen if chosen in VIEWS else "accepted"
    counts = mine.aggregate(**{name: Count("pk", filter=which) for name, (_title, which) in VIEWS.items()})
    rows = mine.filter(VIEWS[chosen][1]).select_related("owner", "topic", "governorate")
    shown = rows.annotate(number=Count("cases", filter=Q(cases__removed_at=None)))
    context = {
        "phenomena": list(shown[:PAGE]),
        "tabs": [
            {"href": f"?view={name}", "text": title, "count": counts[name], "current": name == chosen}
            for name, (title, _which) in VIEWS.items()
        ],
        "today": timezone.localdate(at),
        "may_record": user.authority(at).has(CMU),
        **_frame(user, at),
    }
    return render(request, "reports/phenomena/list.html", context)


@staff_required(permissions.READERS)
@require_safe
def phenomenon_page(request: HttpRequest, phenomenon: int) -> HttpResponse:
    """Show a phenomenon: what is said of it, its inflow, those of its cases the reader may open, and its history."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, phenomenon, at)
    return render(request, "reports/phenomena/phenomenon.html", _content(found, user, at))


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def phenomenon_new(request: HttpRequest) -> HttpResponse:
    """Record a phenomenon by hand."""
    user, at = signed_in_user(request), timezone.now()
    form = DescriptionForm(_posted(request), at=at)
    if form.is_bound and form.is_valid():
        with sending(request, at=at):
            made = actions.record_by_hand(form.said, by=user, at=at)
        messages.success(request, gettext("The phenomenon is recorded. Add the cases that show it."))
        return redirect("phenomenon", made.pk)
    context = {"form": form, "title": gettext("Record a phenomenon"), **frame(user, at=at)}
    return render(request, "reports/phenomena/form.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def phenomenon_edit(request: HttpRequest, phenomenon: int) -> HttpResponse:
    """Accept a proposal by describing it, or change what is said of a phenomenon."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, phenomenon, at)
    form = DescriptionForm(_posted(request), at=at, phenomenon=found)

    def send(version: int) -> str:
        actions.describe(found.pk, form.said, version=version, by=user, at=at)
        return gettext("The phenomenon is accepted as you described it.")

    return _answer(request, found, form, send, gettext("Describe the phenomenon"), permissions.may_edit)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def phenomenon_dismiss(request: HttpRequest, phenomenon: int) -> HttpResponse:
    """Dismiss a phenomenon, or merge it into another one."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, phenomenon, at)
    form = DismissalForm(
        _posted(request), others=Phenomenon.objects.filter(state__in=actions.LIVE).exclude(pk=found.pk)
    )

    def send(version: int) -> str:
        reason, into = form.cleaned_data["reason"], form.cleaned_data["into"]
        if form.cleaned_data["decision"] == "merge":
            actions.merge(found.pk, into=into.pk, reason=reason, version=version, by=user, at=at)
            return gettext("The phenomenon is merged, and its cases with it.")
        actions.dismiss(found.pk, reason=reason, version=version, by=user, at=at)
        return gettext("The phenomenon is dismissed. The nightly search does not propose these cases again.")

    return _answer(request, found, form, send, gettext("Dismiss or merge"), permissions.may_edit)


@staff_required(permissions.COMMITTERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def phenomenon_commit(request: HttpRequest, phenomenon: int) -> HttpResponse:
    """Let the owner write its commitment, or a new one."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, phenomenon, at)
    form = CommitmentForm(_posted(request), at=at)

    def send(version: int) -> str:
        actions.commit_to(found.pk, **form.cleaned_data, version=version, by=user, at=at)
        return gettext("The commitment is saved.")

    return _answer(request, found, form, send, gettext("Commitment of the agency"), permissions.may_commit)


@staff_required(CMU | permissions.COMMITTERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def phenomenon_evidence(request: HttpRequest, phenomenon: int) -> HttpResponse:
    """Let the unit or the owner write down what shows the cause, or what was done."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, phenomenon, at)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = EvidenceForm(*posted, uploader=uploader_key(user), at=at)

    def send(version: int) -> str:
        text = form.cleaned_data["text"]
        actions.add_evidence(found.pk, text=text, files=form.taken, version=version, by=user, at=at)
        return gettext("The evidence is saved.")

    return _answer(request, found, form, send, gettext("Add evidence"), permissions.may_add_evidence)


@staff_required(permissions.READERS)
@require_safe
def phenomenon_file(request: HttpRequest, phenomenon: int, pk: UUID) -> HttpResponseBase:
    """Hand out a file that is evidence of a phenomenon."""
    found = _visible(signed_in_user(request), phenomenon, timezone.now())
    rows = PhenomenonFile.objects.select_related("attachment").filter(entry__phenomenon=found)
    file = get_object_or_404(rows, attachment=pk).attachment
    return file_response(file, name=file.name)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def phenomenon_cases(request: HttpRequest, phenomenon: int) -> HttpResponse:
    """Add a case to a phenomenon, or remove one."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, phenomenon, at)
    members = list(found.cases.filter(removed_at=None).values_list("case", flat=True))
    form = CaseForm(_posted(request), cases=Case.objects.visible_to(user, at=at), members=members)

    def send(version: int) -> str:
        case = cast("Case", form.case)
        if form.cleaned_data["what"] == "remove":
            actions.remove(found.pk, case, version=version, by=user, at=at)
            return gettext("The case is removed.")
        actions.join(found.pk, case, version=version, by=user, at=at)
        return gettext("The case is added.")

    return _answer(request, found, form, send, gettext("Add or remove a case"), permissions.may_edit)


# ---- what the pages share ----


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _visible(user: User, key: int, at: datetime) -> Phenomenon:
    related = ("owner", "topic", "governorate", "merged_into")
    return get_object_or_404(permissions.visible_to(user, at).select_related(*related), pk=key)


def _answer(
    request: HttpRequest,
    phenomenon: Phenomenon,
    form: Form,
    send: Callable[[int], str],
    title: str,
    is_allowed: Callable[[User, Phenomenon, datetime], bool],
) -> HttpResponse:
    """Send a valid form and go to the phenomenon; where somebody else was first, say so and keep what was typed."""
    user, at, status = signed_in_user(request), timezone.now(), 200
    if not is_allowed(user, phenomenon, at):
        raise Http404
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, send(sent_number(request.POST.get("version", "")) or 0))
        except actions.PhenomenonChanged:
            words = gettext("Someone has changed this phenomenon in the meantime. Read what is new, then decide again.")
            form.add_error(None, words)
            phenomenon, status = _visible(user, phenomenon.pk, at), CONFLICT
        except NotStored:
            form.add_error("attachments", NOT_STORED)
        else:
            return redirect("phenomenon", phenomenon.pk)
    context = {**_content(phenomenon, user, at), "form": form, "title": title}
    return render(request, "reports/phenomena/form.html", context, status=status)


def _frame(user: User, at: datetime) -> dict[str, Any]:
    """Return the frame of a page, with how few cases are not counted for its reader."""
    return {"few": () if permissions.reads_all(user, at) else FEW, **frame(user, at=at)}


def _readable_directives(phenomenon: Phenomenon, user: User, at: datetime) -> set[int]:
    """Return the directives of the history that ``user`` may read: officers read none."""
    named = phenomenon.entries.exclude(directive=None).values("directive")
    return set(Directive.objects.visible_to(user, at=at).filter(pk__in=named).values_list("pk", flat=True))


def _entries(phenomenon: Phenomenon) -> QuerySet[PhenomenonEntry]:
    """Return its history, the newest first, with the files; two statements."""
    entries = phenomenon.entries.select_related("by", "directive").prefetch_related("files__attachment")
    return entries.order_by("-number")


def _content(phenomenon: Phenomenon, user: User, at: datetime) -> dict[str, Any]:
    today, members = timezone.localdate(at), phenomenon.cases.filter(removed_at=None)
    days = actions.filed_days(phenomenon)
    committed_on = timezone.localdate(phenomenon.committed_at) if phenomenon.committed_at else None
    seen = Case.objects.visible_to(user, at=at).filter(pk__in=members.values("case"))
    return {
        "phenomenon": phenomenon,
        "number": len(days),
        "effect": effect(days, committed_on=committed_on, today=today) if committed_on else None,
        "is_late": phenomenon.due_on is not None and phenomenon.due_on < today,
        "cases": list(seen.for_listing().order_by("-filed_at", "-pk")[:PAGE]),
        "most": PAGE,
        "unit_only": () if user.authority(at).has(CMU) else NAMING_A_CASE,
        "entries": list(_entries(phenomenon)),
        "readable_directives": _readable_directives(phenomenon, user, at),
        "may": {
            name: getattr(permissions, f"may_{name}")(user, phenomenon, at)
            for name in ("edit", "commit", "add_evidence")
        },
        "may_direct": phenomenon.owner is not None and user.authority(at).has(DIRECTING),
        **_frame(user, at),
    }
