"""The unit's desk of privacy: requests, holds, retention, who looked, and breaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import privacy
from accounts.decorators import signed_in_user, staff_required
from accounts.models import PrivacyRequest, RequestKind, RequestState, User
from accounts.roles import CMU, Role
from accounts.sign_in.factors import recent_factor_required
from agencies.models import Agency
from complaints import reference
from complaints.models import Case, RetentionRule
from complaints.models.privacy import REASON_LENGTH, REFERENCE_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.retention import erasing, rules
from complaints.retention.rules import FiledSpan, HoldTerms
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, mark_sent
from complaints.workflow import Kind, Outcome
from kit.forms import (
    CHOOSE,
    DayBoxField,
    EmailField,
    Form,
    LineField,
    MomentBoxField,
    NumberField,
    ParagraphField,
    plain_digits,
)

# ---- The forms of the unit's desk of privacy. ----


LONGEST_REFERENCE = 20
MOST_MONTHS = 600
UNKNOWN_CASE = _("There is no case with this number. Check it.")
ANY = ("", _("Any"))
DAY_HINT = _("Day, month and year, such as 22/1/2026")


def agency_choices() -> list[tuple[str, str]]:
    """Return all agencies, those that ended too, in the order of their Arabic names."""
    return [(str(agency.pk), agency.name) for agency in Agency.objects.order_by("name_ar", "pk")]


class DecisionForm(Form):
    """Grant or refuse, with the reason that the person reads."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", CHOOSE), (RequestState.GRANTED, _("Grant")), (RequestState.REFUSED, _("Refuse"))],
    )
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"), help_text=_("The person reads it.")
    )


class CaseNumberForm(Form):
    """The tracking number of a case; ``case`` is what it names."""

    ref = LineField(max=LONGEST_REFERENCE, label=_("Tracking number"))
    case: Case | None = None

    def clean_ref(self) -> str:
        """Find the case, whatever digits and spaces were typed."""
        typed: str = self.cleaned_data["ref"]
        number = reference.parse(typed)
        self.case = Case.objects.select_related("citizen").filter(reference=number).first() if number else None
        if typed and self.case is None:
            raise ValidationError(UNKNOWN_CASE, code="unknown")
        return typed


class HoldForm(CaseNumberForm):
    """A hold for legal proceedings: on a case, on a person, or on what an agency had."""

    number = LineField(
        max=LONGEST_REFERENCE,
        required=False,
        label=_("Or the national, personal or passport number of the person"),
        help_text=_("Holds everything of everybody who registered with it. The search is recorded."),
    )
    agency = forms.ChoiceField(
        label=_("Or an agency"),
        required=False,
        help_text=_("Holds every case that was ever with it, and was filed between the two days below."),
    )
    filed_since = DayBoxField(required=False, label=_("Filed from"), help_text=_("Empty: from the beginning."))
    filed_until = DayBoxField(
        required=False, label=_("Filed up to"), help_text=_("Empty: cases filed from now on too.")
    )
    field_order = (
        *("ref", "on_person", "number", "agency", "filed_since", "filed_until"),
        *("proceedings", "reason", "until"),
    )
    on_person = forms.BooleanField(required=False, label=_("Hold everything of this person, not only this case"))
    proceedings = LineField(max=REFERENCE_LENGTH, label=_("Number of the legal case or letter"))
    reason = LineField(max=REASON_LENGTH, min=SHORTEST_TEXT, label=_("Reason"))
    until = DayBoxField(
        required=False, label=_("Until"), help_text=_("Empty: until somebody lifts it. Otherwise such as 22/1/2026")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ref"].required = False
        self.offer_choices("agency", agency_choices(), empty=CHOOSE)

    def clean_number(self) -> str:
        """Return the number in plain digits."""
        return plain_digits(self.cleaned_data["number"]).upper()

    def clean(self) -> dict[str, Any]:
        """Ask for a case, a person or an agency, and not for two of them; days belong to an agency."""
        data = self.cleaned_data
        if self.errors:
            return data
        if sum(bool(data.get(name)) for name in ("ref", "number", "agency")) != 1:
            self.add_error("ref", _("Enter one of these: the number of a case, the number of a person, or an agency"))
        since, until = data.get("filed_since"), data.get("filed_until")
        if (since or until) and not data.get("agency"):
            self.add_error("agency", _("Choose the agency whose cases were filed on these days"))
        if since and until and since > until:
            self.add_error("filed_until", _("This day is before the first one"))
        return data


class LiftForm(Form):
    """Why a hold ends."""

    reason = LineField(max=REASON_LENGTH, min=SHORTEST_TEXT, label=_("Why does the hold end?"))


class RetentionRuleForm(Form):
    """A retention rule from a day on."""

    kind = forms.ChoiceField(label=_("Kind of case"), choices=[ANY, *Kind.choices], required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[ANY, *Outcome.choices], required=False)
    anonymise_months = NumberField(label=_("Anonymise after months"), min=1, max=MOST_MONTHS)
    delete_months = NumberField(
        label=_("Delete what is left after more months"),
        min=1,
        max=MOST_MONTHS,
        required=False,
        help_text=_("Empty: it is kept for the statistics."),
    )
    effective_from = DayBoxField(label=_("In effect from"), help_text=DAY_HINT)

    def clean(self) -> dict[str, Any]:
        """Refuse a second rule for the same kind, outcome and day."""
        data = self.cleaned_data
        same = {name: data.get(name) for name in ("kind", "outcome", "effective_from")}
        if not self.errors and RetentionRule.objects.filter(**same).exists():
            self.refuse_second()
        return data

    def refuse_second(self) -> None:
        """Say that there is a rule for the same kind, outcome and day."""
        self.add_error("effective_from", _("There is a rule for this kind and outcome from this day already"))


class ViewsForm(CaseNumberForm):
    """Which looks to show: at the person of a case, within some days."""

    since = DayBoxField(required=False, label=_("From"), help_text=DAY_HINT)
    until = DayBoxField(required=False, label=_("To"), help_text=DAY_HINT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ref"].required = False


class BreachForm(Form):
    """What happened."""

    what = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("What happened, and how?"))
    known_at = MomentBoxField(label=_("When did it become known?"))
    data_concerned = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("Which data are concerned?"))
    measures = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("What was done about it?"))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean_known_at(self) -> datetime:
        """Refuse a moment that has not come."""
        known: datetime = self.cleaned_data["known_at"]
        if known > self.at:
            raise ValidationError(_("This moment is in the future"), code="future")
        return known


class ConcernedForm(ViewsForm):
    """Whom a breach concerns: by case, agency, days, and the member of staff who looked."""

    agency = forms.ChoiceField(label=_("Agency"), required=False)
    viewer = EmailField(required=False, label=_("Work e-mail of the member of staff who looked"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ANY, *agency_choices()]

    def clean_viewer(self) -> str:
        """Return the key of the member of staff."""
        email = self.cleaned_data["viewer"]
        found = User.objects.filter(is_staff=True, email=email.lower()).first() if email else None
        if email and found is None:
            raise ValidationError(_("No member of staff has this address"), code="unknown")
        return str(found.pk) if found else ""

    def clean(self) -> dict[str, Any]:
        """Ask for at least one filter: a list of everybody is no list."""
        if not self.errors and not any(self.cleaned_data.values()):
            self.add_error(None, _("Choose at least one filter"))
        return self.cleaned_data

    @property
    def filters(self) -> dict[str, str | int]:
        """Return the filters as they are kept with the breach."""
        data = self.cleaned_data
        days = {name: data[name].isoformat() for name in ("since", "until") if data[name]}
        chosen = {"viewer": data["viewer"], "agency": int(data["agency"]) if data["agency"] else 0}
        if self.case:
            chosen["reference"] = self.case.reference
        return {**days, **{name: value for name, value in chosen.items() if value}}


class AuthorityForm(Form):
    """That the authority was told, under which number."""

    reference = LineField(max=REFERENCE_LENGTH, label=_("Number of the notice to the authority"))


# ---- The pages of requests about personal data, and of holds for legal proceedings. ----


HEAD = frozenset({Role.CMU_HEAD})
CONFLICT = 409


@staff_required(CMU)
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Show the requests that wait, the first to be decided first, and the newest decisions."""
    user, at = signed_in_user(request), timezone.now()
    today = timezone.localdate(at)
    waiting = [one for one in privacy.open_requests() if one.citizen_id != user.person_id]
    context = {
        "waiting": [(one, one.due_on < today) for one in waiting],
        "to_correct": [one for one in privacy.to_correct() if one.citizen_id != user.person_id],
        "decided": [one for one in privacy.decided_requests() if one.citizen_id != user.person_id],
        "limits": privacy.limits(),
        "is_head": user.authority(at).has(HEAD),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/requests.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def request_page(request: HttpRequest, asked: UUID) -> HttpResponse:
    """Show one request, and decide it with a reason; nobody decides on their own."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(PrivacyRequest.objects.select_related("citizen", "decided_by"), pk=asked)
    if found.citizen_id == user.person_id:
        raise Http404
    if "done" in request.POST:
        return _carried_out(request, found, at=at)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound and form.is_valid() and _may_be_granted(form, found, at=at):
        try:
            _decide(found, form, by=user, at=at)
        except privacy.RequestAlreadyDecided:
            form.add_error(None, gettext("Someone has decided this request in the meantime. Read it again."))
            found.refresh_from_db()
            status = CONFLICT
        else:
            messages.success(request, gettext("The request is decided. The person is told."))
            is_to_correct = PrivacyRequest.objects.to_correct().filter(pk=found.pk).exists()
            return redirect("identity", found.citizen_id) if is_to_correct else redirect("privacy-requests")
    is_late = found.state == RequestState.OPEN and found.due_on < timezone.localdate(at)
    is_to_correct = found.kind == RequestKind.CORRECTION and found.state == RequestState.GRANTED and not found.done_at
    context = {"asked": found, "form": form, "is_late": is_late, "is_to_correct": is_to_correct, **frame(user, at=at)}
    return render(request, "complaints/unit/privacy/request.html", context, status=status)


def _carried_out(request: HttpRequest, asked: PrivacyRequest, *, at: datetime) -> HttpResponse:
    if privacy.mark_done(asked.pk, at=at):
        messages.success(request, gettext("The correction is marked as made."))
    else:
        messages.info(request, gettext("This correction has already been made, or was not granted."))
    return redirect("privacy-request", asked.pk)


def _may_be_granted(form: DecisionForm, asked: PrivacyRequest, *, at: datetime) -> bool:
    if asked.kind != RequestKind.DELETION or form.cleaned_data["state"] != RequestState.GRANTED:
        return True
    if erasing.has_open_cases(asked.citizen):
        form.add_error(
            "state", gettext("The person has open cases. They must end first, or the person must withdraw them.")
        )
    elif rules.is_person_held(asked.citizen, timezone.localdate(at)):
        form.add_error("state", gettext("A hold for legal proceedings keeps the data of this person."))
    return not form.errors


def _decide(asked: PrivacyRequest, form: DecisionForm, *, by: User, at: datetime) -> None:
    """Decide, and end the sign-in of whose account is deleted, in one transaction; the erasing is a task's."""
    with transaction.atomic():
        state = RequestState(form.cleaned_data["state"])
        decided = privacy.decide(asked.pk, state, reason=form.cleaned_data["reason"], by=by, at=at)
        if decided.kind == RequestKind.DELETION and state == RequestState.GRANTED:
            erasing.end_sign_in(decided.citizen)


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def hold_list(request: HttpRequest) -> HttpResponse:
    """Show the holds for legal proceedings, and set one."""
    user, at = signed_in_user(request), timezone.now()
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_set(request, form, by=user, at=at):
        messages.success(request, gettext("The hold is set. Nothing that belongs to it is erased."))
        return redirect("privacy-holds")
    rows = [(hold, rules.is_in_force(hold, at=at)) for hold in rules.newest_holds()[:200]]
    return render(request, "complaints/unit/privacy/holds.html", {"form": form, "holds": rows, **frame(user, at=at)})


def _is_set(request: HttpRequest, form: HoldForm, *, by: User, at: datetime) -> bool:
    """Set the hold of a valid form and note that the form is sent; False where the form says why nothing is held."""
    with transaction.atomic():
        is_set = _set_hold(form, by=by, at=at)
        if is_set:
            mark_sent(request, at=at)
    return is_set


def _set_hold(form: HoldForm, *, by: User, at: datetime) -> bool:
    """Set what a valid form says; False where nobody has the number or nothing is left, and the form says so."""
    data = form.cleaned_data
    terms = HoldTerms(data["reason"], data["proceedings"], data["until"])
    if data["agency"]:
        filed = FiledSpan(data["filed_since"], data["filed_until"])
        return bool(rules.hold_agency(Agency.objects.get(pk=data["agency"]), filed, terms, by=by, at=at))
    if form.case is not None:
        try:
            return bool(rules.set_hold(form.case, terms, on_person=data["on_person"], by=by, at=at))
        except rules.Erased:
            form.add_error("ref", gettext("The words and the person of this case were erased. Nothing is left to hold"))
            return False
    if not rules.hold_people(data["number"], terms, by=by, at=at):
        form.add_error("number", gettext("No one registered with this number. Check it."))
    return not form.errors


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def lift_hold(request: HttpRequest, hold: int) -> HttpResponse:
    """Lift a hold, with the reason."""
    user, at = signed_in_user(request), timezone.now()
    held = get_object_or_404(rules.newest_holds(), pk=hold, lifted_at__isnull=True)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        rules.lift_hold(held, reason=form.cleaned_data["reason"], by=user, at=at)
        messages.success(request, gettext("The hold is lifted."))
        return redirect("privacy-holds")
    return render(request, "complaints/unit/privacy/lift_hold.html", {"form": form, "hold": held, **frame(user, at=at)})
