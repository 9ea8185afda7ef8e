"""The agent's screen: whoever calls is found or registered, and their case is filed while they are on the line."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce, wraps
from operator import or_
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrPromise

from accounts import countries, phones
from accounts.decorators import signed_in_user, staff_required
from accounts.identity import disclosure
from accounts.identity.names import people_called
from accounts.identity.registries import RegistryFinding, RegistryOutcome
from accounts.models import Citizen, NumberKind, User, ViewKind
from accounts.models.people import MATCHED_FIRST
from accounts.rate_limits import HOUR, RateLimit, RateLimitReached, spend
from accounts.registration import register as recorded
from accounts.registration.forms import WhoForm
from accounts.registration.register import SaidInPerson, identity_details
from accounts.roles import CONTACT_CENTRE
from accounts.sign_in.factors import recent_factor_required
from agencies.models import Governorate
from complaints.case_text import links
from complaints.case_text.kinds import WORDS
from complaints.contact_centre import contacts
from complaints.contact_centre.callers import spoken_status
from complaints.contact_centre.contacts import ASKED, NotTheirs
from complaints.escalation.expiry import DRAFT_LIFE
from complaints.filing.drafting import Writer
from complaints.filing.forms import DetailsStepForm
from complaints.models import TAKEN_DOWN, Case, CentreContact, Channel, Draft, FoundBy, NotifyBy
from complaints.models.centre_contacts import PROOF_LENGTH
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, last_words
from kit.arabic import strip_prefixes
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, LineField, MobileField, plain_digits

# ---- What the pages of one contact share: loading it, its head, and the caller's cases beside it. ----


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


# ---- What an agent types while somebody is on the line: whom to find, the answer that proves them, and the case. ----


LONGEST_SEARCH = 150
SHORTEST_PROOF = 10
#: A last and a first name.
FEWEST_NAMES = 2


class FindPersonForm(Form):
    """How somebody comes to the centre, and one box for what they are found by."""

    q = LineField(
        max=LONGEST_SEARCH,
        label=_("Mobile number, national number or name"),
        help_text=_("Ask for the mobile number first. A name needs the first and the family name."),
        error_messages={"required": _("Enter a mobile number, a document number or a name")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-key": "F4"}),
    )
    channel = ChoiceCardsField(
        label=_("How did it come in?"),
        cards=[
            Card(Channel.PHONE, _("Phone call")),
            *(Card(one.value, one.label) for one in TAKEN_DOWN if one != Channel.PHONE),
        ],
        initial=Channel.PHONE,
    )

    def clean_q(self) -> str:
        """Refuse one name alone: too many people have it."""
        typed: str = self.cleaned_data["q"]
        if not any(letter.isdigit() for letter in plain_digits(typed)) and len(typed.split()) < FEWEST_NAMES:
            raise ValidationError(_("Enter the first and the family name"), code="one_name")
        return typed


class ChoosePersonForm(Form):
    """Which of the people found it is."""

    person = ChoiceCardsField(label=_("Who is it?"), error_messages={"required": _("Choose one of the people")})

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Collection[Citizen]) -> None:
        super().__init__(data)
        self.people = {str(citizen.pk): citizen for citizen in people}
        cards = [
            Card(
                key, f"\u2068{one.full_name}\u2069", f"\u2066{one.masked_number}\u2069 · \u2066{one.masked_phone}\u2069"
            )
            for key, one in self.people.items()
        ]
        self.offer("person", cards)

    @property
    def chosen(self) -> Citizen:
        """Return the person chosen."""
        return self.people[self.cleaned_data["person"]]


class ProveForm(Form):
    """The end of the number that the person alone knows."""

    answer = LineField(
        max=20,
        help_text=_("Ask for them. Never say them yourself."),
        error_messages={"required": _("Enter the last 4 characters")},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, contact: CentreContact) -> None:
        super().__init__(data)
        self.fields["answer"].label = (
            _("Last 4 digits of the mobile number")
            if contact.found_by == FoundBy.NUMBER
            else _("Last 4 digits or letters of the document number")
        )

    def clean_answer(self) -> str:
        """Ask for exactly four characters."""
        typed = plain_digits(self.cleaned_data["answer"])
        if len(typed) != ASKED:
            raise ValidationError(_("Enter the last 4 characters"), code="length")
        return typed


#: What is missing is the caller's, not that of the agent who reads it.
_MISSING: Final[Mapping[str, StrPromise]] = {
    "national_number": _("Enter the national number"),
    "nationality": _("Choose the nationality"),
    "document": _("Choose the kind of number"),
    "document_number": _("Enter the personal or passport number"),
    "first_name": _("Enter the first name"),
    "father_name": _("Enter the father’s name"),
    "grandfather_name": _("Enter the grandfather’s name"),
    "family_name": _("Enter the family name"),
    "birth_date": _("Enter the date of birth"),
}


class RegisterForm(WhoForm):
    """Who somebody without a record is, the mobile number, where they live, and what was seen as proof."""

    mobile = MobileField(
        label=_("Mobile number"),
        regions=phones.all_regions,
        error_messages={"required": _("Enter the mobile number")},
    )
    country = forms.ChoiceField(label=_("Country of residence"), choices=countries.choices, initial=countries.HOME)
    governorate = forms.ChoiceField(
        label=_("Governorate"),
        choices=lambda: [
            ("", CHOOSE),
            *((governorate.code, governorate.name) for governorate in Governorate.objects.all()),
        ],
        required=False,
    )
    proof = LineField(
        max=PROOF_LENGTH,
        required=False,
        label=_("What was seen as proof?"),
        help_text=_(
            "For example: the ID card at the counter, a copy of the passport by e-mail. Do not write its number."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nationality"].label = _("Nationality")
        for name, text in _MISSING.items():
            self.fields[name].error_messages["required"] = str(text)

    def require_proof(self) -> None:
        """Refuse a form without a proof: the register did not confirm what it says."""
        if len(self.cleaned_data.get("proof", "")) < SHORTEST_PROOF and "proof" not in self.errors:
            text = _("The register did not confirm this person. Write what you saw or heard as proof.")
            self.add_error("proof", ValidationError(text, code="required"))

    def said(self, *, language: str) -> SaidInPerson:
        """Return what the person says of themselves."""
        details = identity_details(self.cleaned_data)
        rest = {name: self.cleaned_data[name] for name in ("mobile", "country", "governorate")}
        return SaidInPerson(**details, **rest, language=language)


class CallerCaseForm(DetailsStepForm):
    """One page for a case that somebody tells: its kind, what happened, the place, and how they are told.

    The agency and the topic are forms of their own on the same page. Files come only with what is on paper.
    """

    kind = ChoiceCardsField(label=_("Kind"), cards=[Card(str(kind), words.noun) for kind, words in WORDS.items()])
    hides_identity = forms.BooleanField(required=False, label=_("Hide the person's name from the agency"))
    notify_by = ChoiceCardsField(label=_("How do the messages reach the person?"), required=False)

    def __init__(self, *args: Any, draft: Draft, takes_files: bool, **kwargs: Any) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        own = {"kind": draft.kind, "hides_identity": draft.hides_identity, "notify_by": draft.notify_by}
        self.initial.update(own)
        self.shows_subject = False
        self.fields["details"].error_messages["required"] = gettext("Write down what the person says")
        if not takes_files:
            del self.fields["attachments"]
        citizen = draft.citizen
        email = citizen.confirmed_email if citizen else ""
        if citizen is None or not email or not citizen.offered_phone:
            del self.fields["notify_by"]
        else:
            ways = {NotifyBy.SMS: citizen.offered_phone, NotifyBy.EMAIL: email}
            self.offer("notify_by", [Card(way.value, way.label, f"\u2066{to}\u2069") for way, to in ways.items()])


# ---- Finding the person who calls: by mobile number, document number or name; every search is recorded and
# counted.


#: Searches of one agent in an hour; a call takes one or two.
SEARCHES_OF_AGENT: Final = RateLimit("caller_search", 90, HOUR)
#: People shown at once; whoever finds more asks for a number.
MOST_FOUND: Final = 8


@dataclass(frozen=True)
class PeopleFound:
    """Whom a search met, the proven ones first, by what it looked, and the mobile number if that was it."""

    people: Collection[Citizen]
    by: str
    phone: str = ""


def find(text: str, *, viewer: User, at: datetime) -> PeopleFound:
    """Return whom ``text`` names: a mobile number, a document number, or a first and a family name.

    The agent's own record and erased people are never found. Raises ``RateLimitReached``.
    """
    spend(SEARCHES_OF_AGENT, str(viewer.pk), at=at)
    by, phone, people = _search(text)
    others = people.filter(erased_at=None).exclude(pk=viewer.person_id) if viewer.person_id else people
    found = list(others.filter(erased_at=None).order_by(MATCHED_FIRST, "created_at", "pk")[:MOST_FOUND])
    reached = {citizen.pk for citizen in found}
    typed = plain_digits(text) if by != FoundBy.NAME else strip_prefixes(text)
    kind = ViewKind.NAME if by == FoundBy.NAME else ViewKind.SEARCH
    disclosure.record_search(typed, found, viewer=viewer, within_reach=reached, at=at, kind=kind)
    return PeopleFound(found, by, phone)


def mobile_in(text: str) -> str:
    """Return the mobile number that ``text`` is in E.164, Jordanian without a country; empty for anything else."""
    with suppress(ValidationError):
        return str(MobileField(regions=phones.all_regions, required=False).clean(text))
    return ""


def _search(text: str) -> tuple[str, str, QuerySet[Citizen]]:
    phone = mobile_in(text)
    if phone:
        return FoundBy.PHONE, phone, Citizen.objects.with_phone(phone)
    number = plain_digits(text)
    if any(letter.isdigit() for letter in number):
        kinds = (Citizen.objects.numbered(kind, variant) for kind in NumberKind for variant in {number, number.upper()})
        return FoundBy.NUMBER, "", reduce(or_, kinds)
    return FoundBy.NAME, "", people_called(text)


# ---- Whoever calls is found, proves who they are by an answer, or is registered on the spot. ----


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
    if phone and mobile_in(phone):
        return _begin(request, FindPersonForm({"q": phone, "channel": Channel.PHONE}))
    return _begin(request, form) if form.is_bound else _find_page(request, form)


def _begin(request: HttpRequest, form: FindPersonForm) -> HttpResponse:
    """Begin the contact with whom the search finds; the same call opened again goes on."""
    agent, at = signed_in_user(request), timezone.now()
    if not form.is_valid():
        return _find_page(request, form)
    typed, channel = form.cleaned_data["q"], form.cleaned_data["channel"]
    phone = mobile_in(typed)
    under_way = contacts.under_way(agent, phone, at=at) if phone and channel == Channel.PHONE else None
    if under_way:
        return redirect("call-person", under_way.pk)
    try:
        found = find(typed, viewer=agent, at=at)
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
        "problems": links.listed(at=at)[:MOST_PROBLEMS],
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
