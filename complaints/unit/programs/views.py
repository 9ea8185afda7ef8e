"""The pages of programs outside: all of them and how they stand, one of them, and its secret, shown once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import UNIT_HEAD
from accounts.sign_in.factors.step_up import recent_factor_required
from agencies.models import Agency
from complaints.staff.frame import frame
from complaints.unit.programs import owners
from complaints.unit.programs.forms import ProgramForm
from notifications import programs


@staff_required(UNIT_HEAD)
@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    """Show the programs of centres and agencies, and lead to an agency that has none yet."""
    user, at = signed_in_user(request), timezone.now()
    rows = owners.owners(at=at)
    having = {one.of.pk for one in rows if one.kind == owners.AGENCY}
    others = Agency.objects.existing(on=timezone.localdate(at)).filter(is_core=True).exclude(pk__in=having)
    context = {"rows": rows, "others": others.order_by("name_ar", "pk"), **frame(user, at=at)}
    return render(request, "complaints/unit/programs/programs.html", context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def program_page(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Show one program, and change where it is called and in whose name it acts.

    Whoever was overtaken keeps what was typed and reads what stands now.
    """
    one = owners.owner(kind, code)
    form = _form(one, request, on_post=request.method == "POST")
    if not (form.is_bound and one.endpoint and form.is_valid()):
        return render(request, "complaints/unit/programs/program.html", _context(request, one, form))
    try:
        owners.store(
            one,
            seen=request.POST.get("version", ""),
            url=form.cleaned_data["url"],
            answers_url=form.cleaned_data.get("answers_url", ""),
            is_active=form.cleaned_data["is_active"],
            officer=form.chosen_officer,
        )
    except owners.ProgramOvertaken:
        now = owners.owner(kind, code)
        context = _context(request, now, form) | {"is_overtaken": True, "version": owners.version(now)}
        return render(request, "complaints/unit/programs/program.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, gettext("The program was changed. Waiting calls go to the new address."))
    return redirect("program", kind, code)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@never_cache
@require_POST
def program_secret(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Make a secret and show it, once; the earlier one stays valid for a day."""
    one = owners.owner(kind, code)
    secret = owners.make_secret(one, seen=request.POST.get("seen", "")[:40], at=timezone.now())
    one = owners.owner(kind, code)
    context = _context(request, one, _form(one, request, on_post=False))
    if not secret:
        text = gettext("A secret was made in the meantime. If you do not have it, make another one now.")
        messages.warning(request, text)
        return render(request, "complaints/unit/programs/program.html", context, status=HTTPStatus.CONFLICT)
    return render(request, "complaints/unit/programs/program.html", {**context, "secret": secret})


def _form(one: owners.Owner, request: HttpRequest, *, on_post: bool) -> ProgramForm:
    at = timezone.now()
    is_agency = isinstance(one.of, Agency)
    acting = owners.acting_officer(one.of) if isinstance(one.of, Agency) else None
    initial: dict[str, Any] = {"is_active": True}
    if one.endpoint:
        stored = one.endpoint
        initial = {"url": stored.url, "answers_url": stored.answers_url, "is_active": stored.is_active}
    initial["officer"] = str(acting.pk) if acting else ""
    officers = owners.officers(one.of, on=timezone.localdate(at)) if isinstance(one.of, Agency) else None
    return ProgramForm(request.POST if on_post else None, officers=officers if is_agency else None, initial=initial)


def _context(request: HttpRequest, one: owners.Owner, form: ProgramForm) -> dict[str, Any]:
    user, at = signed_in_user(request), timezone.now()
    status = programs.program_status(one.endpoint, at=at)[0] if one.endpoint else None
    return {
        "one": one,
        "form": form,
        "status": status,
        "seen": owners.mark(one.endpoint),
        "version": request.POST.get("version") or owners.version(one),
        "acting": owners.acting_officer(one.of) if isinstance(one.of, Agency) else None,
        "our_address": f"{settings.PUBLIC_URL}{one.path}",
        **frame(user, at=at),
    }
