"""Programs outside as the head of the unit keeps them: their addresses, their secrets, and how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.identity.form_fields import DocumentNumberField
from accounts.models import Citizen, User, officers_of
from accounts.roles import UNIT_HEAD
from accounts.sign_in.factors import recent_factor_required
from agencies.models import Agency, OutsideCentre
from complaints.engine import agency_calls, holders
from complaints.filing import drafting
from complaints.models import AgencySystem, ProgramKey
from complaints.staff.frame import frame
from kit.forms import CHOOSE, Form, LineField
from notifications import programs
from notifications.carriers.public_addresses import PrivateAddress, check_url
from notifications.models import Endpoint
from notifications.programs import ProgramStatus

# ---- The form of a program outside: where it is called, where its answers are fetched, and in whose name it
# acts.


LONGEST = 300


class ProgramForm(Form):
    """Addresses of a program; ``officers`` are those of its agency, None for a centre."""

    url = LineField(
        max=LONGEST,
        required=False,
        label=_("Address that we call"),
        help_text=_("Begins with https:// and leads to the public internet. Leave empty to call nothing."),
    )
    answers_url = LineField(
        max=LONGEST,
        required=False,
        label=_("Address at which we fetch answers"),
        help_text=_("Only for a centre that does not call us."),
    )
    officer = forms.ChoiceField(
        label=_("Officer in whose name it acts"),
        help_text=_("The history of each case names this person. Choose an account of its own for the system."),
    )
    is_active = forms.BooleanField(required=False, label=_("In use"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, officers: Sequence[User] | None, initial: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        self.officers = {str(one.pk): one for one in officers or ()}
        if officers is None:
            del self.fields["officer"]
            return
        del self.fields["answers_url"]
        names = [(key, one.name) for key, one in self.officers.items()]
        self.offer_choices("officer", names, empty=CHOOSE)

    def clean_url(self) -> str:
        """Refuse an address that may not be called."""
        return _callable(self.cleaned_data["url"])

    def clean_answers_url(self) -> str:
        """Refuse an address that may not be called."""
        return _callable(self.cleaned_data["answers_url"])

    @property
    def chosen_officer(self) -> User | None:
        """Return the officer chosen, None for a centre."""
        return self.officers.get(self.cleaned_data.get("officer", ""))


def _callable(url: str) -> str:
    if not url:
        return url
    try:
        check_url(url)
    except (PrivateAddress, ValueError):
        text = gettext("Enter an address that begins with https:// and leads to a machine on the public internet")
        raise ValidationError(text, code="private") from None
    return url


# ---- Whose program it is: an outside centre or an agency, the name of its program, and who acts for an agency. ----


CENTRE, AGENCY = "centre", "agency"


class ProgramOvertaken(Exception):
    """Somebody else has changed the program since its page was opened."""


@dataclass(frozen=True)
class Owner:
    """A centre or an agency, and its program if it has one."""

    kind: str
    of: OutsideCentre | Agency
    endpoint: Endpoint | None = None
    status: ProgramStatus | None = None

    @property
    def name(self) -> str:
        """Return the name of its program."""
        if isinstance(self.of, Agency):
            return agency_calls.program_name(self.of)
        return holders.program_name(self.of)

    @property
    def path(self) -> str:
        """Return where its program calls us, below the public address."""
        return (
            f"/api/agency-systems/{self.of.code}/acts"
            if self.kind == AGENCY
            else f"/api/centres/{self.of.code}/reports"
        )


def owner(kind: str, code: str) -> Owner:
    """Return the owner of this kind and code with its program; raise Http404 where there is none."""
    model = {CENTRE: OutsideCentre, AGENCY: Agency}.get(kind)
    found = model.objects.filter(code=code).first() if model else None  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    made = Owner(kind, found)
    return Owner(kind, found, Endpoint.objects.filter(name=made.name).first())


def owners(*, at: datetime) -> list[Owner]:
    """Return the centres in use, and the agencies that have a program, with how each stands; five statements."""
    centres = [Owner(CENTRE, one) for one in OutsideCentre.objects.filter(is_active=True)]
    agencies = [Owner(AGENCY, one) for one in Agency.objects.filter(system__isnull=False).order_by("name_ar", "pk")]
    everyone = [*centres, *agencies]
    endpoints = {one.name: one for one in Endpoint.objects.filter(name__in=[each.name for each in everyone])}
    found = {one.endpoint.name: one for one in programs.program_status(*endpoints.values(), at=at)}
    return [Owner(each.kind, each.of, endpoints.get(each.name), found.get(each.name)) for each in everyone]


def owners_officers(of: Agency, *, on: date) -> Sequence[User]:
    """Return the officers in whose name the program of an agency may act."""
    return list(officers_of(of, on))


def acting_officer(of: Agency) -> User | None:
    """Return the officer in whose name the program of an agency acts."""
    system = AgencySystem.objects.filter(agency=of).select_related("officer").first()
    return system.officer if system else None


def store(one: Owner, *, seen: str, url: str, answers_url: str, is_active: bool, officer: User | None) -> None:
    """Change a program that has a secret; that of an agency acts in the name of ``officer``. One transaction; locks.

    ``seen`` is the ``version`` of what the person has read. Raises Http404 and ``ProgramOvertaken``.
    """
    if one.endpoint is None:
        raise Http404
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=one.endpoint.pk)
        if version(Owner(one.kind, one.of, held)) != seen:
            raise ProgramOvertaken
        programs.set_addresses(held, url=url, answers_url=answers_url, is_active=is_active)
        if isinstance(one.of, Agency) and officer is not None:
            AgencySystem.objects.update_or_create(agency=one.of, defaults={"endpoint": held, "officer": officer})
            # Whether cases go out is read with the agency, so that a change of a case costs no statement more.
            Agency.objects.filter(pk=one.of.pk).update(has_system=is_active and bool(url))


def version(one: Owner) -> str:
    """Return what changes with the addresses of a program, its use and the officer in whose name it acts."""
    if one.endpoint is None:
        return ""
    stored, acting = one.endpoint, acting_officer(one.of) if isinstance(one.of, Agency) else None
    settings = (stored.url, stored.answers_url, stored.is_active, str(acting.pk) if acting else "")
    return sha256(repr(settings).encode()).hexdigest()


def make_secret(one: Owner, *, seen: str, at: datetime) -> str:
    """Make the program of ``one``, or give it another secret; return it, "" if somebody did so since ``seen``."""
    if one.endpoint is None:
        return "" if seen else _first_secret(one.name, at=at)
    with transaction.atomic():
        held = Endpoint.objects.select_for_update().get(pk=one.endpoint.pk)
        return programs.new_secret(held, at=at) if mark(held) == seen else ""


def _first_secret(name: str, *, at: datetime) -> str:
    """Make the program ``name`` and return its secret, "" if somebody made it in this moment."""
    try:
        with transaction.atomic():
            return programs.register(name, at=at)[1]
    except IntegrityError:
        return ""


def mark(endpoint: Endpoint | None) -> str:
    """Return what changes with every new secret, so that a page gone stale is noticed."""
    return endpoint.secret_made_at.isoformat() if endpoint else ""


# ---- The pages of programs outside: all of them and how they stand, one of them, and its secret, shown once. ----


@staff_required(UNIT_HEAD)
@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    """Show the programs of centres and agencies, and lead to an agency that has none yet."""
    user, at = signed_in_user(request), timezone.now()
    rows = owners(at=at)
    having = {one.of.pk for one in rows if one.kind == AGENCY}
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
    one = owner(kind, code)
    form = _form(one, request, on_post=request.method == "POST")
    if not (form.is_bound and one.endpoint and form.is_valid()):
        return render(request, "complaints/unit/programs/program.html", _context(request, one, form))
    try:
        store(
            one,
            seen=request.POST.get("version", ""),
            url=form.cleaned_data["url"],
            answers_url=form.cleaned_data.get("answers_url", ""),
            is_active=form.cleaned_data["is_active"],
            officer=form.chosen_officer,
        )
    except ProgramOvertaken:
        now = owner(kind, code)
        context = _context(request, now, form) | {"is_overtaken": True, "version": version(now)}
        return render(request, "complaints/unit/programs/program.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, gettext("The program was changed. Waiting calls go to the new address."))
    return redirect("program", kind, code)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@never_cache
@require_POST
def program_secret(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Make a secret and show it, once; the earlier one stays valid for a day."""
    one = owner(kind, code)
    secret = make_secret(one, seen=request.POST.get("seen", "")[:40], at=timezone.now())
    one = owner(kind, code)
    context = _context(request, one, _form(one, request, on_post=False))
    if not secret:
        text = gettext("A secret was made in the meantime. If you do not have it, make another one now.")
        messages.warning(request, text)
        return render(request, "complaints/unit/programs/program.html", context, status=HTTPStatus.CONFLICT)
    return render(request, "complaints/unit/programs/program.html", {**context, "secret": secret})


def _form(one: Owner, request: HttpRequest, *, on_post: bool) -> ProgramForm:
    at = timezone.now()
    is_agency = isinstance(one.of, Agency)
    acting = acting_officer(one.of) if isinstance(one.of, Agency) else None
    initial: dict[str, Any] = {"is_active": True}
    if one.endpoint:
        stored = one.endpoint
        initial = {"url": stored.url, "answers_url": stored.answers_url, "is_active": stored.is_active}
    initial["officer"] = str(acting.pk) if acting else ""
    officers = owners_officers(one.of, on=timezone.localdate(at)) if isinstance(one.of, Agency) else None
    return ProgramForm(request.POST if on_post else None, officers=officers if is_agency else None, initial=initial)


def _context(request: HttpRequest, one: Owner, form: ProgramForm) -> dict[str, Any]:
    user, at = signed_in_user(request), timezone.now()
    status = programs.program_status(one.endpoint, at=at)[0] if one.endpoint else None
    return {
        "one": one,
        "form": form,
        "status": status,
        "seen": mark(one.endpoint),
        "version": request.POST.get("version") or version(one),
        "acting": acting_officer(one.of) if isinstance(one.of, Agency) else None,
        "our_address": f"{settings.PUBLIC_URL}{one.path}",
        **frame(user, at=at),
    }


# ---- The form by which a key of a program is made. ----


class ProgramKeyForm(Form):
    """Which program, of which agency, and who answers for it."""

    name = LineField(label=_("Name of the program"), max=80)
    agency = forms.ModelChoiceField(
        label=_("Agency"),
        help_text=_("Leave it empty for a partner: rules then find the agency of each case"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label="—",
    )
    number = DocumentNumberField(
        label=_("Document number of the contact person"),
        help_text=_("The person has an account with a confirmed identity. Cases of the program are theirs."),
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_rows("agency", agencies)

    def clean_number(self) -> str:
        """Find the person; refuse a number that nobody with an account and a confirmed identity has."""
        number: str = self.cleaned_data["number"]
        self.contact = Citizen.objects.with_number(number).matched().filter(user__is_active=True).first()
        if self.contact is None:
            raise ValidationError(_("No account with a confirmed identity has this number"), code="unknown")
        return number


# ---- The page on which the head of the unit makes and revokes keys of programs. ----


MOST: Final = 200


@never_cache
@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def program_keys_page(request: HttpRequest) -> HttpResponse:
    """List the keys with the cases that came by them, and make one: it is shown on this answer alone."""
    user, at = signed_in_user(request), timezone.now()
    agencies = Agency.objects.existing(on=timezone.localdate(at)).order_by("name_ar", "pk")
    form = ProgramKeyForm(request.POST if request.method == "POST" else None, agencies=agencies)
    made = ""
    if form.is_bound and form.is_valid() and form.contact is not None:
        name, agency = form.cleaned_data["name"], form.cleaned_data["agency"]
        _key, made = drafting.make(name, agency=agency, contact=form.contact, by=user, at=at)
        form = ProgramKeyForm(agencies=agencies)
    keys = ProgramKey.objects.select_related("agency", "contact", "made_by", "revoked_by").annotate(came=Count("cases"))
    context = {"form": form, "made": made, "keys": keys.order_by("-made_at", "-pk")[:MOST], **frame(user, at=at)}
    return render(request, "complaints/unit/program_keys/program_keys.html", context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_POST
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Revoke a key: programs that send it are refused from now on."""
    row = get_object_or_404(ProgramKey, pk=key)
    if drafting.revoke(row.pk, by=signed_in_user(request), at=timezone.now()):
        messages.success(request, gettext("The key is revoked. Nothing can be filed with it any longer."))
    else:
        messages.warning(request, gettext("This key has already been revoked. Nothing was changed."))
    return redirect("program-keys")
