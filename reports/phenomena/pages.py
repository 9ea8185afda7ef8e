"""The pages of phenomena: the list, one with its effect and history, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, UNIT_HEAD, Role
from agencies.models import Agency, Governorate, Topic
from complaints.attachments.fields import NOT_STORED, uploader_key
from complaints.attachments.responses import file_response
from complaints.attachments.uploads import NotStored
from complaints.models import Case
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, sending
from kit.arabic import fold_digits
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, DayBoxField, Form, LineField, ParagraphField
from kit.sent_numbers import sent_number
from reports.models import Directive, Phenomenon, PhenomenonEntry, PhenomenonEntryKind, PhenomenonFile, PhenomenonState
from reports.models.directives import PHENOMENON_NAME_LENGTH, PHENOMENON_TEXT_LENGTH
from reports.phenomena import actions
from reports.phenomena.actions import Description, effect

# ---- The forms of phenomena: what the unit says of one, its decision, the commitment, evidence, a case to add. ----


#: The last day a commitment may name, counted from today.
LATEST_DAY: Final = timedelta(days=2 * 366)


class DescriptionForm(Form):
    """What the unit says of a phenomenon."""

    name = LineField(
        max=PHENOMENON_NAME_LENGTH,
        min=SHORTEST_TEXT,
        label=_("Name"),
        help_text=_("What recurs, and where. Write nothing about a person."),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        required=False,
        empty_label=_("All topics"),
        label=pgettext_lazy("report", "Topic"),
        to_field_name="code",
    )
    governorate = forms.ModelChoiceField(
        Governorate.objects.none(),
        required=False,
        empty_label=_("All governorates"),
        label=_("Governorate"),
        to_field_name="code",
    )
    cause = ParagraphField(max=PHENOMENON_TEXT_LENGTH, required=False, rows=4, label=_("Cause"))
    recommendation = ParagraphField(max=PHENOMENON_TEXT_LENGTH, required=False, rows=4, label=_("Recommendation"))
    owner = forms.ModelChoiceField(
        Agency.objects.none(),
        required=False,
        empty_label=_("No agency yet"),
        label=_("Owner"),
        help_text=_("The agency that can remove the cause. It reads this page and writes its commitment."),
        to_field_name="code",
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime, phenomenon: Phenomenon | None = None) -> None:
        super().__init__(data, initial=_initial(phenomenon) if phenomenon else None)
        choices: dict[str, Any] = {
            "topic": Topic.objects.filter(is_active=True, parent__isnull=False),
            "governorate": Governorate.objects.all(),
            "owner": Agency.objects.complainable(on=timezone.localdate(at)),
        }
        for name, rows in choices.items():
            self.offer_rows(name, rows)

    @property
    def said(self) -> Description:
        """Return what the valid form says."""
        names = ("name", "cause", "recommendation", "topic", "governorate", "owner")
        return Description(**{name: self.cleaned_data[name] for name in names})


def _initial(phenomenon: Phenomenon) -> dict[str, Any]:
    chosen = (phenomenon.topic, phenomenon.governorate, phenomenon.owner)
    codes = {
        name: each.code if each else "" for name, each in zip(("topic", "governorate", "owner"), chosen, strict=True)
    }
    texts = {name: getattr(phenomenon, name) for name in ("name", "cause", "recommendation")}
    return {**codes, **texts}


class DismissalForm(Form):
    """That it is no phenomenon of its own: none at all, or a part of another one."""

    decision = ChoiceCardsField(
        cards=[Card("dismiss", _("It is not a phenomenon")), Card("merge", _("It is part of another one"))],
        label=_("Decision"),
        error_messages={"required": _("Choose the decision")},
    )
    into = forms.ModelChoiceField(
        Phenomenon.objects.none(), required=False, empty_label=CHOOSE, label=_("The other phenomenon")
    )
    reason = ParagraphField(max=PHENOMENON_TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"))

    def __init__(self, data: Mapping[str, Any] | None, *, others: Any) -> None:
        super().__init__(data)
        self.offer_rows("into", others)
        self.fields["into"].label_from_instance = lambda other: other.name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the other one where it is a part of it."""
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "merge" and "into" not in self.errors and not cleaned.get("into"):
            self.add_error("into", ValidationError(gettext("Choose the other phenomenon"), code="required"))
        return cleaned


class CommitmentForm(Form):
    """What the owner commits itself to, and until which day."""

    text = ParagraphField(
        max=PHENOMENON_TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("What will be done?"),
        help_text=_("It is shown with your agency's name, and in reports. Write nothing about a person."),
    )
    due_on = DayBoxField(
        label=_("Done by"),
        help_text=_("A day such as 22/1/2027."),
        error_messages={"required": _("Enter the day")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime) -> None:
        super().__init__(data)
        self.today = timezone.localdate(at)

    def clean_due_on(self) -> date:
        """Refuse a day in the past or too far away."""
        day: date = self.cleaned_data["due_on"]
        if not self.today < day <= self.today + LATEST_DAY:
            words = {"latest": day_digits(self.today + LATEST_DAY)}
            raise ValidationError(gettext("Choose a day after today, no later than %(latest)s") % words, code="range")
        return day


class EvidenceForm(TextWithFilesForm):
    """What shows the cause, or what was done, and files that show it."""

    text = ParagraphField(
        max=PHENOMENON_TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Evidence"),
        help_text=_("What shows the cause, or what was done about it. Write nothing about a person."),
    )
    field_order = ("text", "attachments")


class CaseForm(Form):
    """The tracking number of a case to add or to remove, among the cases the reader may open."""

    reference = LineField(max=20, label=_("Tracking number"))
    what = ChoiceCardsField(
        cards=[Card("join", _("Add this case")), Card("remove", _("Remove this case"))],
        label=_("Decision"),
        error_messages={"required": _("Choose the decision")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, cases: Any, members: Sequence[int]) -> None:
        super().__init__(data, initial={"what": "join"})
        self.cases, self.members = cases, frozenset(members)
        self.case: Case | None = None

    def clean(self) -> dict[str, Any]:
        """Find the case; one that is removed has to be one of the phenomenon's."""
        cleaned = super().clean() or {}
        typed = fold_digits(cleaned.get("reference", "")).replace(" ", "")
        if typed:
            self.case = self.cases.filter(reference=typed).first()
            if self.case is None:
                self.add_error("reference", gettext("There is no case with this number"))
            elif cleaned.get("what") == "remove" and self.case.pk not in self.members:
                self.add_error("reference", gettext("This case does not belong to the phenomenon"))
        return cleaned


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


@staff_required(actions.READERS)
@require_safe
def phenomena(request: HttpRequest) -> HttpResponse:
    """List the phenomena the reader may read, the newest first; three statements for any number."""
    user, at = signed_in_user(request), timezone.now()
    mine, chosen = actions.visible_to(user, at), request.GET.get("view", "")
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


@staff_required(actions.READERS)
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

    return _answer(request, found, form, send, gettext("Describe the phenomenon"), actions.may_edit)


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

    return _answer(request, found, form, send, gettext("Dismiss or merge"), actions.may_edit)


@staff_required(actions.COMMITTERS)
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

    return _answer(request, found, form, send, gettext("Commitment of the agency"), actions.may_commit)


@staff_required(CMU | actions.COMMITTERS)
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

    return _answer(request, found, form, send, gettext("Add evidence"), actions.may_add_evidence)


@staff_required(actions.READERS)
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

    return _answer(request, found, form, send, gettext("Add or remove a case"), actions.may_edit)


# ---- what the pages share ----


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _visible(user: User, key: int, at: datetime) -> Phenomenon:
    related = ("owner", "topic", "governorate", "merged_into")
    return get_object_or_404(actions.visible_to(user, at).select_related(*related), pk=key)


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
    return {"few": () if actions.reads_all(user, at) else FEW, **frame(user, at=at)}


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
            name: getattr(actions, f"may_{name}")(user, phenomenon, at) for name in ("edit", "commit", "add_evidence")
        },
        "may_direct": phenomenon.owner is not None and user.authority(at).has(DIRECTING),
        **_frame(user, at),
    }
