"""The pages on which somebody sees who speaks for whom, asks for a mandate, answers one, and ends one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import phones
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.identity.form_fields import DocumentNumberField
from accounts.identity.registries import IdentityClaim
from accounts.mandates import changes
from accounts.mandates.changes import MandateChanged, MandateInForce, MandateRow, MandateTerms, in_force_words
from accounts.models import Citizen, Mandate, MandateGround
from accounts.models.mandates import MandateQuerySet
from accounts.registration.forms import NATIONAL, OTHER, WhoForm
from accounts.registration.register import identity_details
from kit.forms import Card, ChoiceCardsField, DayBoxField, Form, MobileField, ParagraphField

# ---- The forms by which somebody asks for a mandate: its terms, and whom it is about. ----


#: A mandate that is still needed is asked for again.
LONGEST: Final = timedelta(days=3 * 366)
FILED, ALL = "filed", "all"
_PROOF_LENGTH: Final = 500
OWN_NUMBER: Final = _("This is your own number")


class TermsForm(Form):
    """By what right, for which cases, until when."""

    ground = ChoiceCardsField(
        cards=[Card(ground.value, ground.label) for ground in MandateGround],
        label=_("Who is the representative?"),
        error_messages={"required": _("Choose who the representative is")},
    )
    covers = ChoiceCardsField(
        cards=[
            Card(FILED, _("Only the cases that the representative files")),
            Card(ALL, _("All cases of the person, earlier ones too")),
        ],
        label=_("For which cases?"),
        initial=FILED,
    )
    ends_on = DayBoxField(
        label=_("Last day"),
        help_text=_("Day, month, year, such as 22/1/2027: three years from now at the latest"),
        error_messages={"required": _("Enter the last day")},
    )

    def clean_ends_on(self) -> date:
        """Refuse a day that is over, and one that is too far away."""
        day: date = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if day < today:
            raise ValidationError(_("This day has passed. Enter today or a later day"), code="over")
        if day > today + LONGEST:
            raise ValidationError(_("This is more than three years away. Enter an earlier day"), code="far")
        return day

    @property
    def terms(self) -> MandateTerms:
        """Return the terms of a form that is in order."""
        return MandateTerms(
            ground=self.cleaned_data["ground"],
            covers_all=self.cleaned_data["covers"] == ALL,
            ends_on=self.cleaned_data["ends_on"],
            proof=self.cleaned_data.get("proof", ""),
        )


class AskPersonForm(TermsForm):
    """The terms, and somebody with an account, who answers: the number and the telephone of the account."""

    number = DocumentNumberField(
        label=_("Their national, personal or passport number"),
        error_messages={"required": _("Enter the number")},
    )
    mobile = MobileField(
        label=_("Their mobile number"),
        help_text=_("The number of their account here"),
        regions=phones.accepted_regions,
        error_messages={"required": _("Enter the mobile number")},
    )
    field_order = ("number", "mobile", "ground", "covers", "ends_on")
    number_field = "number"

    def __init__(self, *args: Any, asker: Citizen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = asker

    def clean_number(self) -> str:
        """Refuse the asker's own number."""
        number: str = self.cleaned_data["number"]
        if number == self.asker.number:
            raise ValidationError(OWN_NUMBER, code="own")
        return number


class AskUnitForm(WhoForm, TermsForm):
    """The terms, who the person is who cannot confirm it, and what proves it."""

    proof = ParagraphField(
        label=_("What proves it?"),
        help_text=_(
            "Name the paper, its number and date, and who issued it, such as a ruling of guardianship. After sending "
            "the request you can add it as a file."
        ),
        max=_PROOF_LENGTH,
        rows=3,
        error_messages={"required": _("Say which paper proves it")},
    )

    def __init__(self, *args: Any, asker: Citizen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = asker
        for field in (self.fields[name] for name in WhoForm.base_fields):
            # The words and the browser's memory of the first form are about oneself.
            field.error_messages["required"] = forms.Field.default_error_messages["required"]
            field.widget.attrs["autocomplete"] = "off"
        self.fields["citizenship"].label = gettext("The person's nationality")
        self.fields["nationality"].label = gettext("Which nationality?")
        self.fields["document"].label = gettext("Which kind of number does the person have?")
        self.fields["national_number"].help_text = gettext("10 digits, on the ID card or the family book")
        self.offer(
            "citizenship",
            [Card(NATIONAL, _("Jordanian")), Card(OTHER, _("Another nationality, or no national number"))],
        )

    def clean(self) -> dict[str, Any]:
        """Refuse the asker's own number."""
        super().clean()
        numbers = {name: self.cleaned_data.get(name) for name in ("national_number", "document_number")}
        for name in (name for name, number in numbers.items() if number and number == self.asker.number):
            self.add_error(name, OWN_NUMBER)
        return self.cleaned_data

    @property
    def number_field(self) -> str:
        """Return the field in which the person's number was typed, of a form that is in order."""
        return "national_number" if self.cleaned_data.get("national_number") else "document_number"

    @property
    def claim(self) -> IdentityClaim:
        """Return who the person is, of a form that is in order."""
        return IdentityClaim(**identity_details(self.cleaned_data))


#: The ways to ask: for somebody who can answer, for somebody who cannot, and to be spoken for.
SPEAK, UNABLE, FOR_ME = "speak", "unable", "for-me"
_FORMS: Final[dict[str, type[AskPersonForm | AskUnitForm]]] = {
    SPEAK: AskPersonForm,
    UNABLE: AskUnitForm,
    FOR_ME: AskPersonForm,
}
#: Mandates that are shown; nobody has more in force.
MOST: Final = 100


@require_safe
@citizen_required
def mandates(request: HttpRequest) -> HttpResponse:
    """Show for whom the person speaks, and who speaks for them."""
    citizen, at = signed_in_citizen(request), timezone.now()
    found = [MandateRow.of(one, at=at) for one in _mine(citizen).order_by("-asked_at", "pk")[:MOST]]
    page = {
        "held": [row for row in found if row.mandate.representative_id == citizen.pk],
        "given": [row for row in found if row.mandate.person_id == citizen.pk],
    }
    return render(request, "accounts/mandates/mandates.html", page)


@require_safe
@citizen_required
def mandate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one mandate to its two people, with what each can do about it."""
    citizen, at = signed_in_citizen(request), timezone.now()
    found = get_object_or_404(_mine(citizen), pk=pk)
    is_waiting = found.is_waiting(at=at)
    page = {
        "row": MandateRow.of(found, at=at),
        "mandate": found,
        "is_representative": found.representative_id == citizen.pk,
        "may_answer": is_waiting and not found.by_unit and found.asked_one == citizen,
        "may_end": found.is_in_force(at=at),
        "may_take_back": is_waiting and found.asker == citizen,
    }
    return render(request, "accounts/mandates/mandate.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
@handles_rate_limits
def ask(request: HttpRequest, way: str) -> HttpResponse:
    """Take a request for a mandate."""
    if way not in _FORMS:
        raise Http404
    citizen = signed_in_citizen(request)
    form = _FORMS[way](request.POST if request.method == "POST" else None, asker=citizen)
    if form.is_bound and form.is_valid():
        try:
            asked = _ask(form, citizen, way=way)
        except MandateInForce as refused:
            form.add_error(form.number_field, in_force_words(refused.mandate))
        else:
            messages.success(request, _asked_words(asked))
            return redirect("mandate", asked.pk)
    return render(request, "accounts/mandates/ask.html", {"form": form, "way": way})


def _ask(form: AskPersonForm | AskUnitForm, citizen: Citizen, *, way: str) -> Mandate:
    at = timezone.now()
    if isinstance(form, AskUnitForm):
        return changes.ask_unit(citizen, form.terms, form.claim, at=at)
    number, phone = form.cleaned_data["number"], form.cleaned_data["mobile"]
    return changes.ask(citizen, form.terms, number=number, phone=phone, is_person=way == FOR_ME, at=at)


def _asked_words(asked: Mandate) -> str:
    if asked.by_unit:
        return gettext("Your request was sent. Show the unit the paper that proves it; then the unit decides.")
    return gettext(
        "Your request was sent. If there is an account with this number and this phone, we are asking its owner now."
    )


@require_POST
@citizen_required
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm a mandate as the side that was asked."""
    citizen = signed_in_citizen(request)
    done = gettext("The mandate is in force now. We have told both of you.")
    return _change(request, pk, lambda: changes.give(pk, by=citizen, at=timezone.now()), done)


@require_POST
@citizen_required
def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Refuse a mandate as the side that was asked."""
    user, done = signed_in_user(request), gettext("The request was refused, and the person who asked is told.")
    return _change(request, pk, lambda: changes.refuse(pk, by=user, at=timezone.now()), done)


@require_POST
@citizen_required
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a mandate in force, or take back a request."""
    user, done = signed_in_user(request), gettext("The mandate has ended. Nothing more can be done with it.")
    return _change(request, pk, lambda: changes.end(pk, by=user, at=timezone.now()), done)


def _change(request: HttpRequest, pk: UUID, change: Callable[[], object], done: str) -> HttpResponse:
    get_object_or_404(_mine(signed_in_citizen(request)), pk=pk)
    try:
        change()
    except MandateChanged:
        messages.warning(request, gettext("This was answered or ended in the meantime. Nothing was changed."))
    except MandateInForce as refused:
        messages.warning(request, in_force_words(refused.mandate))
    else:
        messages.success(request, done)
    return redirect("mandate", pk)


def _mine(citizen: Citizen) -> MandateQuerySet:
    return Mandate.objects.of(citizen).select_related("representative", "person")
