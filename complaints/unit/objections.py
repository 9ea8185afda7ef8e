"""Rulings on objections, the precedents kept from them, and the topics that are confused with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Governorate, Topic, current_calendar
from complaints import actions
from complaints.actions import precedents
from complaints.actions.precedents import SHORTEST_WORDS, WORDS_LENGTH, PrecedentText
from complaints.case_text import timeline
from complaints.case_text.answers import cause_name, causes
from complaints.engine import notices
from complaints.models import AnswerState, Case, Classification, Precedent
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT, most_days_text, too_late_text
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, sending
from complaints.workflow import Action, Kind
from kit.forms import Form, LineField, NumberField, ParagraphField
from notifications.models import Message

# ---- The forms that uphold and that dismiss an objection. ----


class UpholdForm(Form):
    """The new time of the agency, and what is to be done; ``due`` is the promised moment once the form is valid.

    A case that has no agency goes back to triage and gets no date.
    """

    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for the new answer, in working days"))
    cause = forms.ChoiceField(
        label=_("What the objection was right about"),
        help_text=_("Counted in figures and reports. The citizen does not read it."),
        error_messages={"required": _("Choose what the objection was right about")},
    )
    reasons = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Why you accept the objection, and what must be done"),
        error_messages={"required": _("Write why you accept the objection, and what must be done")},
        help_text=_("The citizen and the agency can read this."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, calendar: WorkingCalendar, at: datetime) -> None:
        super().__init__(data)
        self.calendar, self.at = calendar, at
        self.due: datetime | None = None
        self.most = case.limit_days
        cause = cast("forms.ChoiceField", self.fields["cause"])
        cause.choices = [("", "—"), *causes().items()]
        if case.agency is None:
            del self.fields["days"]
            return
        self.fields["days"].help_text = most_days_text(self._day(self.most), self.most)

    @property
    def cause_name(self) -> str:
        """The chosen cause in words."""
        return cause_name(self.cleaned_data.get("cause", ""))

    def _day(self, days: int) -> date:
        return timezone.localdate(self.calendar.due(self.at, days))

    def clean_days(self) -> int:
        """Compute the promised moment, and refuse one beyond the topic's limit, which counts anew."""
        days: int = self.cleaned_data["days"]
        if days > self.most:
            raise ValidationError(too_late_text(self._day(self.most), self.most), code="too_late")
        self.due = self.calendar.due(self.at, days)
        return days


class DismissForm(Form):
    """Why the answer stands."""

    reasons = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Reasons for the citizen"),
        help_text=_("Answer what the objection says, point by point."),
    )


# ---- Upholding and dismissing an objection, by somebody of the unit who did not handle the case. ----


@action_page(Action.UPHOLD, "complaints/unit/objections/uphold.html")
def uphold(request: ActionRequest) -> HttpResponse:
    """Uphold the objection: the new time and the words, then the message to the citizen, and only then the act."""
    form = UpholdForm(request.data, case=request.case, calendar=current_calendar(), at=request.at)
    if not request.is_sent(form):
        return _page(request, message=_checked(request, form))
    days, reasons = form.cleaned_data.get("days", 0), form.cleaned_data["reasons"]
    cause = form.cleaned_data["cause"]
    actions.uphold(request.case, by=request.user, at=request.at, days=days, reasons=reasons, cause=cause)
    if form.due is None:
        return request.done(
            gettext("You accepted the objection. The case is in triage again, and the citizen is being told.")
        )
    return request.done(gettext("You accepted the objection. The agency and the citizen are being told."))


def _checked(request: ActionRequest, form: UpholdForm) -> Message | None:
    """Return the message the citizen would get, once the form is complete and waits to be confirmed."""
    if not request.is_checked:
        return None
    template = "case_upheld" if form.due else "case_triage"
    on = timezone.localdate(form.due) if form.due else None
    return notices.preview(template, case=request.case, on=on, at=request.at)


@action_page(Action.DISMISS, "complaints/unit/objections/dismiss.html")
def dismiss(request: ActionRequest) -> HttpResponse:
    """Let the answer stand, with reasons the citizen reads."""
    form = DismissForm(request.data)
    if not request.is_sent(form):
        return _page(request)
    actions.dismiss(request.case, by=request.user, at=request.at, reasons=form.cleaned_data["reasons"])
    return request.done(gettext("You rejected the objection. The citizen is being told and can read your reasons."))


def _page(request: ActionRequest, *, message: Message | None = None) -> HttpResponse:
    case = request.case
    given = case.answers.filter(state=AnswerState.GIVEN).last()
    answer = given and timeline.given_answer(case.kind, given.outcome, found=given.found, done=given.done)
    objection = case.objections.filter(ended_at__isnull=True).first()
    answered_at = given.given_at if given else None
    return request.page(message=message, objection=objection, answer=answer, answered_at=answered_at)


# ---- The form of a precedent that the unit writes without a case. ----


class PrecedentForm(Form):
    """The topic, the place and the words of similar cases, the agency, and the reason."""

    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True), empty_label="—", label=pgettext_lazy("of a case", "Topic")
    )
    governorate = forms.ModelChoiceField(
        Governorate.objects.all(), required=False, empty_label=_("Everywhere"), label=_("Governorate")
    )
    words = LineField(
        max=WORDS_LENGTH,
        min=SHORTEST_WORDS,
        label=_("Words that identify similar cases"),
        help_text=_("A few words that describe the matter. Do not name anyone here or in the reason."),
    )
    agency = forms.ModelChoiceField(Agency.objects.none(), empty_label="—", label=_("Agency"))
    why = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"))

    def __init__(self, data: Mapping[str, Any] | None, *, today: date, replaces: Precedent | None) -> None:
        initial = {name: getattr(replaces, name) for name in self.base_fields} if replaces else {}
        super().__init__(data, initial=initial)
        self.offer_rows("agency", Agency.objects.complainable(on=today))

    @property
    def text(self) -> PrecedentText:
        """Return what the valid form says."""
        return PrecedentText(**self.cleaned_data)


# ---- The rulings kept for the next case. ----


@staff_required(CMU)
@require_safe
def precedents_page(request: HttpRequest) -> HttpResponse:
    """Show the rulings kept for the next case, those that stand before those retired."""
    user, at = signed_in_user(request), timezone.now()
    retired = request.GET.get("view") == "retired"
    found = list(precedents.listed(retired=retired))
    names = precedents.retired_by(found) if retired else {}
    rows = [(precedent, names.get(precedent.pk, "")) for precedent in found]
    context = {"rows": rows, "precedents": found, "retired": retired, **frame(user, at=at)}
    return render(request, "complaints/unit/precedents/precedents.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def write(request: HttpRequest, precedent: int | None = None) -> HttpResponse:
    """Write a precedent, new or in place of one in force, which is retired."""
    user, at = signed_in_user(request), timezone.now()
    replaces = get_object_or_404(Precedent, pk=precedent, ended_at=None) if precedent is not None else None
    data = request.POST if request.method == "POST" else None
    form = PrecedentForm(data, today=timezone.localdate(at), replaces=replaces)
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                precedents.write(form.text, by=user, at=at, replaces=replaces)
        except precedents.NoSuchPrecedent:
            raise Http404 from None
        messages.success(request, gettext("Saved."))
        return redirect("precedents")
    context = {"form": form, "replaces": replaces, **frame(user, at=at)}
    return render(request, "complaints/unit/precedents/precedent.html", context)


@staff_required(CMU)
@require_POST
def retire(request: HttpRequest, precedent: int) -> HttpResponse:
    """Let a precedent be offered no more."""
    try:
        precedents.retire(precedent, by=signed_in_user(request), at=timezone.now())
    except precedents.NoSuchPrecedent:
        raise Http404 from None
    messages.success(request, gettext("The precedent is retired and will no longer be suggested."))
    return redirect("precedents")


# ---- Corrections of topic and kind counted by what they changed: from, to, how many, of which agencies, sample
# cases.


#: The spans in days that the page offers; the first is shown without a choice.
SPANS: Final = (90, 30, 365)
#: Maximum number of rows, the most frequent; a longer list would not be worked through.
MOST_ROWS: Final = 50
MOST_SAMPLES: Final = 3


@dataclass(frozen=True)
class Confusion:
    """One confusion: the topics and, where they differ, the kinds, the agencies with their counts, and samples."""

    before: str
    after: str
    kinds: tuple[str, str] | None
    number: int
    agencies: Sequence[tuple[str, int]]
    samples: Sequence[Case]


def confusions(user: User, *, days: int, at: datetime) -> list[Confusion]:
    """Return what was confused in the last ``days``, the most frequent first; five statements for any number of rows.

    Samples are the newest cases that ``user`` may open.
    """
    corrected = Classification.objects.filter(at__gt=at - timedelta(days=days)).order_by()
    rows = list(
        corrected.values("topic_before", "topic_after", "kind_before", "kind_after")
        .annotate(
            number=Count("pk"),
            held_by=ArrayAgg("agency", order_by="agency"),
            newest=ArrayAgg("case", order_by=["-at", "-pk"]),
        )
        .order_by("-number", "topic_before", "topic_after", "kind_before", "kind_after")[:MOST_ROWS]
    )
    topics = Topic.objects.in_bulk({row[name] for row in rows for name in ("topic_before", "topic_after")} - {None})
    agencies = Agency.objects.in_bulk({key for row in rows for key in row["held_by"] if key})
    wanted = {key for row in rows for key in row["newest"][:MOST_SAMPLES]}
    cases = {case.pk: case for case in Case.objects.visible_to(user, at=at).filter(pk__in=wanted).for_listing()}
    return [
        Confusion(
            before=topics[row["topic_before"]].name if row["topic_before"] else "—",
            after=topics[row["topic_after"]].name,
            kinds=_kinds(row["kind_before"], row["kind_after"]),
            number=row["number"],
            agencies=[
                (agencies[key].name, number) for key, number in Counter(filter(None, row["held_by"])).most_common()
            ],
            samples=[cases[key] for key in dict.fromkeys(row["newest"][:MOST_SAMPLES]) if key in cases],
        )
        for row in rows
    ]


def _kinds(before: str, after: str) -> tuple[str, str] | None:
    return (str(Kind(before).label), str(Kind(after).label)) if before != after else None


# ---- The page of confused topics. ----


@staff_required(CMU)
@require_safe
def confusions_page(request: HttpRequest) -> HttpResponse:
    """Show which topics and kinds were corrected into which, in the last days."""
    user, at = signed_in_user(request), timezone.now()
    asked = request.GET.get("days", "")
    days = next((span for span in SPANS if str(span) == asked), SPANS[0])
    spans = [(f"?days={span}", _span_label(span), span == days) for span in sorted(SPANS)]
    context = {"rows": confusions(user, days=days, at=at), "spans": spans, **frame(user, at=at)}
    return render(request, "complaints/unit/confusions/confusions.html", context)


def _span_label(days: int) -> str:
    return ngettext("Last %(days)s day", "Last %(days)s days", days) % {"days": days}
