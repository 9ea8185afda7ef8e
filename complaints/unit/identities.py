"""The desk for identities that no registry confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, override
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.identity import desk, disclosure
from accounts.identity.desk import UNPROVEN, Outdated, Refused, identity_version
from accounts.identity.registries import BIRTH_DATE, NAME, NUMBER, RegistryOutcome
from accounts.models import Citizen, Identity, IdentityCheck, IdentityDecision, NumberKind, PrivacyRequest, User
from accounts.registration.forms import OTHER, WhoForm
from accounts.registration.register import identity_details
from accounts.roles import CMU
from accounts.sign_in.factors import recent_factor_required
from complaints.models import Case, CentreContact
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.forms import Card, ChoiceCardsField, Form, ParagraphField

# ---- The forms of the desk for identities. ----


LONGEST_REASON: Final = 500


def _text(label: Any, help_text: Any) -> ParagraphField:
    return ParagraphField(max=LONGEST_REASON, min=SHORTEST_TEXT, rows=3, label=label, help_text=help_text)


class ProofForm(Form):
    """What proved who the person is."""

    reason = _text(
        _("What did you see?"),
        _("For example: the original ID card, at our counter. Do not write its number here."),
    )


class RejectForm(Form):
    """Why an identity is not accepted."""

    reason = _text(_("Reason"), _("The person reads it in their account. The agency does not."))


class CorrectForm(WhoForm):
    """The details as they should be, and why."""

    reason = _text(_("Reason"), _("What shows that the new details are right?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, citizen: Citizen) -> None:
        super().__init__(data, initial=_as_typed(citizen))

    @property
    def details(self) -> dict[str, Any]:
        """Return the details by the names of the citizen's fields."""
        return identity_details(self.cleaned_data)


def _as_typed(citizen: Citizen) -> dict[str, Any]:
    is_national = citizen.number_kind == NumberKind.NATIONAL
    number = "national_number" if is_national else "document_number"
    names = ("first_name", "father_name", "grandfather_name", "family_name", "birth_date", "nationality")
    return {
        "citizenship": NumberKind.NATIONAL if is_national else OTHER,
        "document": "" if is_national else citizen.number_kind,
        number: citizen.number,
        **{name: getattr(citizen, name) for name in names},
    }


class MergeForm(Form):
    """Which other record is the same person, and why."""

    other = ChoiceCardsField(
        label=_("Which record stays?"),
        cards=[],
        error_messages={"required": _("Choose the record that stays")},
    )
    reason = _text(_("Reason"), _("What shows that both are the same person?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, records: Sequence[Citizen]) -> None:
        super().__init__(data)
        cards = [
            Card(f"{record.pk}/{identity_version(record)}", record.full_name, _described(record)) for record in records
        ]
        self.fields["other"] = ChoiceCardsField(
            label=_("Which record stays?"),
            cards=cards,
            error_messages={"required": _("Choose the record that stays")},
        )
        self.order_fields(["other", "reason"])

    @property
    def chosen(self) -> tuple[str, str]:
        """Return the key of the record that stays, and its version."""
        key, _slash, version = self.cleaned_data["other"].partition("/")
        return key, version


def _described(record: Citizen) -> str:
    return f"{record.get_identity_display()} · {record.masked_number} · {record.masked_phone}"


# ---- Whose identity waits for the unit: the list by state and age, and one person with everything known. ----


#: Rows of one page.
PAGE: Final = 50
#: Earlier checks and decisions that are shown.
EARLIER: Final = 20
CONFLICTING: Final = Q(identity=Identity.PENDING, conflicts_with__isnull=False)
#: The views of the list, each with its name and what it holds.
VIEWS: Final[Mapping[str, tuple[StrPromise, Q]]] = {
    "mismatched": (_("Do not match"), Q(identity=Identity.MISMATCHED)),
    "conflicting": (_("Number of somebody else"), CONFLICTING),
    "pending": (_("Not checked yet"), Q(identity=Identity.PENDING, conflicts_with__isnull=True)),
    "rejected": (_("Rejected"), Q(identity=Identity.REJECTED)),
}
SHOWN: Final = ("number", "birth_date", "phone")


@dataclass(frozen=True)
class WaitingPerson:
    """One person in the list, with the number of their cases."""

    citizen: Citizen
    cases: int


@dataclass(frozen=True)
class PeoplePage:
    """One page of a view; ``next`` is the mark after which the next one begins, empty on the last."""

    people: Sequence[WaitingPerson]
    next: str


def people_counts() -> dict[str, int]:
    """Return how many people are in each view, in one statement."""
    return Citizen.objects.aggregate(**{name: Count("pk", filter=held) for name, (_name, held) in VIEWS.items()})


def waiting_people(view: str, *, after: str) -> PeoplePage:
    """Return a page of a view, those first who have waited longest; two statements."""
    rows = Citizen.objects.filter(VIEWS[view][1]).order_by("created_at", "pk")
    if mark := _read(after):
        since, pk = mark
        rows = rows.filter(Q(created_at__gt=since) | Q(created_at=since, pk__gt=pk))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    by_citizen = Case.objects.filter(citizen__in=shown).order_by().values_list("citizen").annotate(Count("pk"))
    cases = dict(by_citizen)
    last = f"{shown[-1].created_at.isoformat()}/{shown[-1].pk}" if len(found) > PAGE else ""
    return PeoplePage([WaitingPerson(citizen, cases.get(citizen.pk, 0)) for citizen in shown], last)


def _read(mark: str) -> tuple[datetime, UUID] | None:
    since, _slash, pk = mark.partition("/")
    try:
        return datetime.fromisoformat(since), UUID(pk)
    except ValueError:
        return None


@dataclass(frozen=True)
class TypedDetail:
    """What the person typed, and whether the register said the same; None where it was not asked or did not say."""

    label: StrPromise
    text: str
    is_same: bool | None


@dataclass(frozen=True)
class PersonFile:
    """Everything the unit needs to decide about one person."""

    citizen: Citizen
    details: Sequence[TypedDetail]
    phone: str
    checks: Sequence[IdentityCheck]
    decisions: Sequence[IdentityDecision]
    cases: Sequence[Case]
    others: Sequence[Citizen]
    #: Who registered the person in a call without the register's word, and what was seen as proof.
    taken_down: Sequence[CentreContact]


def person_file(citizen: Citizen, *, viewer: User, at: datetime) -> PersonFile:
    """Return the person with number and birth date in clear, after recording that ``viewer`` saw them."""
    with override(citizen.language):
        reason = str(_("Check of your identity"))
    shown = disclosure.reveal(citizen, viewer=viewer, about=disclosure.CaseMark(), fields=SHOWN, reason=reason, at=at)
    checks = list(citizen.checks.order_by("-at", "-pk")[:EARLIER])
    cases = Case.objects.filter(citizen=citizen).for_listing().order_by("-filed_at", "-pk")
    return PersonFile(
        citizen=citizen,
        details=_details(citizen, shown, checks[0] if checks else None),
        phone=shown["phone"],
        checks=checks,
        decisions=list(citizen.decisions.select_related("by", "other").order_by("-at", "-pk")[:EARLIER]),
        cases=list(cases[:EARLIER]),
        others=list(desk.candidates(citizen)[:EARLIER]),
        taken_down=list(
            citizen.contacts.exclude(proof="").select_related("agent").order_by("-started_at", "-pk")[:EARLIER]
        ),
    )


def _details(citizen: Citizen, shown: Mapping[str, str], check: IdentityCheck | None) -> list[TypedDetail]:
    said = check is not None and check.outcome in {Identity.MATCHED, Identity.MISMATCHED}
    matched = set(check.fields_matched) if check else set()

    def is_same(name: str) -> bool | None:
        return name in matched if said else None

    return [
        TypedDetail(_("Number"), shown["number"], is_same(NUMBER)),
        TypedDetail(_("Name"), citizen.full_name, is_same(NAME)),
        TypedDetail(_("Date of birth"), shown["birth_date"], is_same(BIRTH_DATE)),
    ]


# ---- The list of identities that wait for the unit, and one person. ----


TO_CORRECT = PrivacyRequest.objects.to_correct().filter(citizen=OuterRef("pk"))
#: Who is, or was, at the desk; nobody else's record is opened here.
AT_DESK = Q(identity__in=UNPROVEN) | Q(decisions__isnull=False) | Q(Exists(TO_CORRECT))


@staff_required(CMU)
@require_safe
def identities(request: HttpRequest) -> HttpResponse:
    """Show whose identity waits, by state, those first who have waited longest."""
    user, at = signed_in_user(request), timezone.now()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else next(iter(VIEWS))
    counts = people_counts()
    context = {
        "view": view,
        "tabs": [(name, label, counts[name]) for name, (label, _held) in VIEWS.items()],
        "page": waiting_people(view, after=request.GET.get("after", "")),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/identities/identities.html", context)


@staff_required(CMU)
@recent_factor_required()
@require_safe
def identity(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one person: what was typed beside what the register said; who looked is recorded."""
    user, at = signed_in_user(request), timezone.now()
    citizen = load_person(pk)
    context = {
        "file": person_file(citizen, viewer=user, at=at),
        "version": identity_version(citizen),
        "is_open": citizen.identity in UNPROVEN,
        "asked": PrivacyRequest.objects.to_correct().filter(citizen=citizen).first(),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/identities/identity.html", context)


def load_person(pk: UUID) -> Citizen:
    """Return the person if they are, or were, at the desk; 404 for everybody else."""
    return get_object_or_404(Citizen.objects.filter(AT_DESK).select_related("merged_into").distinct(), pk=pk)


# ---- The pages on which the unit decides about one identity; of two people at once one wins, the other gets
# 409.


CONFLICT = 409

type Decide = Callable[[str, datetime], object]


@staff_required(CMU)
@recent_factor_required()
@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the register again."""
    user, citizen = signed_in_user(request), load_person(pk)
    seen = request.POST.get("version", "")
    try:
        outcome = desk.check_again(pk, by=user, seen=seen, at=timezone.now())
    except Outdated:
        return _conflict(request, citizen)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
        return redirect("identity", pk)
    messages.add_message(request, _level(outcome), _outcome_text(outcome))
    return redirect("identity", pk)


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm an identity by proof that was seen."""
    user, form = signed_in_user(request), ProofForm(_data(request))
    return _decide(
        request,
        load_person(pk),
        form,
        lambda seen, at: desk.confirm(pk, by=user, proof=form.cleaned_data["reason"], seen=seen, at=at),
        title=gettext("Confirm the identity"),
        done=gettext("The identity is confirmed, and the person is told."),
    )


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def reject(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Reject an identity, with the reason."""
    user, form = signed_in_user(request), RejectForm(_data(request))
    return _decide(
        request,
        load_person(pk),
        form,
        lambda seen, at: desk.reject(pk, by=user, reason=form.cleaned_data["reason"], seen=seen, at=at),
        title=gettext("Reject the identity"),
        done=gettext("The identity is rejected, and the person is told. Work on their cases continues."),
    )


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct what the person typed; the register is asked about it again."""
    user, citizen = signed_in_user(request), load_person(pk)
    form = CorrectForm(_data(request), citizen=citizen)
    return _decide(
        request,
        citizen,
        form,
        lambda seen, at: desk.correct(pk, form.details, by=user, reason=form.cleaned_data["reason"], seen=seen, at=at),
        title=gettext("Correct the details"),
        done=gettext("The details are corrected. The register is asked again within minutes."),
        template="correct",
    )


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Merge the record into another one of the same person."""
    user, citizen = signed_in_user(request), load_person(pk)
    form = MergeForm(_data(request), records=list(desk.candidates(citizen)))

    def decide(seen: str, at: datetime) -> None:
        into, seen_other = form.chosen
        reason = form.cleaned_data["reason"]
        desk.merge(pk, UUID(into), by=user, reason=reason, seen=seen, seen_other=seen_other, at=at)

    return _decide(
        request,
        citizen,
        form,
        decide,
        title=gettext("Merge two records of one person"),
        done=gettext("The two records are now one. Cases and messages have moved."),
    )


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _decide(
    request: HttpRequest,
    citizen: Citizen,
    form: Form,
    decide: Decide,
    *,
    title: str,
    done: str,
    template: str = "decide",
) -> HttpResponse:
    """Show the form, or decide and go back to the person; 409 for whoever comes second."""
    seen = request.POST.get("version", "") or identity_version(citizen)
    is_open = desk.may_correct(citizen) if isinstance(form, CorrectForm) else citizen.identity in UNPROVEN
    if not is_open or (form.is_bound and seen != identity_version(citizen)):
        return _conflict(request, citizen, form)
    if form.is_bound and form.is_valid():
        try:
            decide(seen, timezone.now())
        except Outdated:
            return _conflict(request, citizen, form)
        except Refused as refused:
            form.add_error("reason", str(refused.sentence))
        else:
            messages.success(request, done)
            return redirect("identity", citizen.pk)
    user = signed_in_user(request)
    context = {"citizen": citizen, "form": form, "title": title, "version": seen, **frame(user, at=timezone.now())}
    return render(request, f"complaints/unit/identities/{template}.html", context)


def _conflict(request: HttpRequest, citizen: Citizen, form: Form | None = None) -> HttpResponse:
    """Say who was first, and show the text that was not used."""
    user = signed_in_user(request)
    context = {
        "citizen": citizen,
        "latest": citizen.decisions.select_related("by").order_by("-at", "-pk").first(),
        "typed": form.data.get("reason", "") if form and form.is_bound else "",
        **frame(user, at=timezone.now()),
    }
    return render(request, "complaints/unit/identities/conflict.html", context, status=CONFLICT)


def _level(outcome: RegistryOutcome) -> int:
    return messages.SUCCESS if outcome == RegistryOutcome.MATCHED else messages.WARNING


def _outcome_text(outcome: RegistryOutcome) -> str:
    return {
        RegistryOutcome.MATCHED: gettext("The details match the register."),
        RegistryOutcome.MISMATCHED: gettext("The details do not match the register."),
        RegistryOutcome.NOT_COVERED: gettext("The register does not hold this kind of document."),
        RegistryOutcome.UNAVAILABLE: gettext("The register does not answer. We ask it again automatically."),
    }[outcome]
