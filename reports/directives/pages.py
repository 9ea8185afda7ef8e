"""The pages of directives: the list, issuing one, reading one, reporting on one, deciding one, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from agencies.models import Agency, current_calendar
from complaints.attachments.fields import NOT_STORED, uploader_key
from complaints.attachments.responses import file_response
from complaints.attachments.uploads import NotStored
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, sending
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, DayBoxField, Form, LineField, ParagraphField
from kit.sent_numbers import sent_number
from reports.directives import actions, sweep
from reports.directives.actions import DirectiveText, SourceFigure, StepReport
from reports.models import Directive, DirectiveFile, DirectiveState, DirectiveStep, Phenomenon
from reports.models.directives import TEXT_LENGTH, TITLE_LENGTH, DirectiveQuerySet
from reports.phenomena import actions as phenomena
from reports.phenomena.actions import note_directive

# ---- The forms of directives: issuing one, a step of the agency, the decision of the issuer. ----


#: The last day a directive may have, counted from today.
LATEST_DAY: Final = timedelta(days=366)


def working_day(day: date, *, today: date) -> date:
    """Return ``day`` if it is a working day after today and within a year; raises ValidationError."""
    if not today < day <= today + LATEST_DAY:
        words = {"latest": day_digits(today + LATEST_DAY)}
        raise ValidationError(gettext("Choose a day after today, no later than %(latest)s") % words, code="range")
    calendar = current_calendar()
    if not calendar.is_working_day(day):
        words = {"next": day_digits(calendar.working_day_after(day))}
        raise ValidationError(gettext("This is not a working day. The next one is %(next)s") % words, code="holiday")
    return day


class DirectiveForm(Form):
    """To which agency a directive goes, what it says, and until which working day."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        to_field_name="code",
        empty_label=CHOOSE,
        label=_("Agency"),
        error_messages={"required": _("Choose the agency to which the directive goes")},
    )
    title = LineField(max=TITLE_LENGTH, min=SHORTEST_TEXT, label=_("Subject of the directive"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=6,
        label=_("What is to be done?"),
        help_text=_("Say what is to be done and how it is to be shown. Write nothing about a person."),
    )
    due_on = DayBoxField(
        label=_("Due on"),
        help_text=_("A working day, such as 22/1/2026."),
        error_messages={"required": _("Enter the day")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime, agency: str = "") -> None:
        super().__init__(data, initial={"agency": agency})
        self.today = timezone.localdate(at)
        self.offer_rows("agency", Agency.objects.complainable(on=self.today))

    def clean_due_on(self) -> date:
        """Refuse a day on which nobody works, in the past or too far away."""
        return working_day(self.cleaned_data["due_on"], today=self.today)

    @property
    def said(self) -> DirectiveText:
        """Return what the valid form says."""
        return DirectiveText(**{name: self.cleaned_data[name] for name in ("agency", "title", "text", "due_on")})


class StepForm(TextWithFilesForm):
    """What the agency has done, its files, and whether the directive is done with it."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=6,
        label=_("What was done?"),
        help_text=_("The issuer reads it. Write nothing about a person."),
    )
    is_done = forms.BooleanField(
        required=False,
        label=_("With this the directive is done"),
        help_text=_("The issuer decides then. At least one file must show it."),
    )
    field_order = ("text", "attachments", "is_done")

    @property
    def said(self) -> StepReport:
        """Return what the valid form says."""
        return StepReport(self.cleaned_data["text"], self.taken, is_done=self.cleaned_data["is_done"])


class DecisionForm(Form):
    """What the issuer decides: close or send back what was reported as done, or withdraw it."""

    decision = ChoiceCardsField(cards=[], label=_("Decision"), error_messages={"required": _("Choose the decision")})
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it. Needed to send the directive back or to withdraw it."),
    )
    due_on = DayBoxField(
        required=False, label=_("New day"), help_text=_("For a directive that is sent back. Empty: the day stays.")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime, is_reported: bool, due_on: date) -> None:
        super().__init__(data)
        self.today, self.old_day = timezone.localdate(at), due_on
        cards = [
            Card("close", _("Close it: the evidence shows that it is done")),
            Card("send_back", _("Send it back to the agency")),
            Card("withdraw", _("Withdraw it")),
        ]
        self.offer("decision", cards if is_reported else cards[-1:])

    def clean_due_on(self) -> date | None:
        """Refuse a new day on which nobody works, in the past or too far away."""
        day = self.cleaned_data["due_on"]
        return working_day(day, today=self.today) if day else None

    def clean(self) -> dict[str, Any]:
        """Ask for the reason, and for a new day where the old one is over."""
        cleaned = super().clean() or {}
        decision = cleaned.get("decision")
        if decision in {"send_back", "withdraw"} and len(cleaned.get("text", "")) < SHORTEST_TEXT:
            self.add_error("text", ValidationError(gettext("Write the reason"), code="required"))
        needs_day = decision == "send_back" and self.old_day <= self.today and "due_on" not in self.errors
        if needs_day and not cleaned.get("due_on"):
            text = gettext("The day is over. Enter the day until which the agency has time")
            self.add_error("due_on", ValidationError(text, code="required"))
        return cleaned


CONFLICT = 409
_CHANGED = _("Someone has changed this directive in the meantime. Read what is new, then decide again.")
PAGE = 50
#: The views of the list: which directives each has, in the order of the tabs.
VIEWS: dict[str, tuple[Any, Q]] = {
    "open": (pgettext_lazy("directive", "Open"), Q(state=DirectiveState.OPEN)),
    "reported": (_("Reported as done"), Q(state=DirectiveState.REPORTED)),
    "closed": (pgettext_lazy("directive", "Closed"), Q(state__in=[DirectiveState.CLOSED, DirectiveState.WITHDRAWN])),
}


@staff_required(actions.READERS)
@require_safe
def directive_list(request: HttpRequest) -> HttpResponse:
    """List the directives that the reader may read, those that are due first; three statements for any number."""
    user, at = signed_in_user(request), timezone.now()
    mine = actions.visible_to(user, at)
    chosen = request.GET.get("view", "")
    chosen = chosen if chosen in VIEWS else "open"
    start = sent_number(request.GET.get("after", "")) or 0
    found = list(mine.filter(VIEWS[chosen][1]).for_listing()[start : start + PAGE + 1])
    context = {
        "tabs": _tabs(mine, chosen),
        "directives": [(each, each.is_late(timezone.localdate(at))) for each in found[:PAGE]],
        "next": f"?view={chosen}&after={start + PAGE}" if len(found) > PAGE else "",
        "first": f"?view={chosen}" if start else "",
        "may_issue": actions.issuing_office(user, at) is not None,
        **frame(user, at=at),
    }
    return render(request, "reports/directives/list.html", context)


def _tabs(mine: DirectiveQuerySet, chosen: str) -> list[dict[str, Any]]:
    counts = mine.aggregate(**{name: Count("pk", filter=which) for name, (_title, which) in VIEWS.items()})
    return [
        {"href": f"?view={name}", "text": title, "count": counts[name], "current": name == chosen}
        for name, (title, _which) in VIEWS.items()
    ]


@staff_required(actions.ISSUERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def directive_new(request: HttpRequest) -> HttpResponse:
    """Issue a directive to the agency that the address names, or to another one."""
    user, at = signed_in_user(request), timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = DirectiveForm(posted, at=at, agency=request.GET.get("agency", ""))
    figure, problem = _source(request, at)
    phenomenon = _phenomenon(request)
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                directive = actions.issue(form.said, figure=figure, by=user, at=at)
                if phenomenon is not None:
                    note_directive(phenomenon.pk, directive.pk, by=user, at=at)
        except actions.NobodyToRead:
            text = gettext("This agency has no supervisor and no secretary-general in the system who could read it")
            form.add_error("agency", text)
        else:
            messages.success(request, gettext("The directive is issued, and the agency is told by e-mail."))
            return redirect("directive", directive.pk)
    context = {
        "form": form,
        "figure": sweep.shown(figure) if figure else None,
        "problem": problem,
        "phenomenon": phenomenon,
    }
    return render(request, "reports/directives/new.html", context | frame(user, at=at))


def _source(request: HttpRequest, at: datetime) -> tuple[SourceFigure | None, str]:
    """Return the figure that the address names, or what is wrong with it; a link that names no figure is not there."""
    try:
        return sweep.figure_named(request.GET, at=at), ""
    except sweep.NoSuchFigure:
        raise Http404 from None
    except sweep.NothingMeasured:
        text = gettext("There was nothing to measure in this period, so the directive will not name the figure.")
        return None, text


def _phenomenon(request: HttpRequest) -> Phenomenon | None:
    """Return the phenomenon because of which a directive is issued, if the address names one."""
    key = sent_number(request.GET.get("phenomenon", ""))
    return None if key is None else Phenomenon.objects.filter(pk=key).first()


@staff_required(actions.READERS)
@require_safe
def directive_page(request: HttpRequest, directive: int) -> HttpResponse:
    """Show one directive with its history, its evidence and who was told of its day."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, directive, at)
    because = phenomena.visible_to(user, at).filter(entries__directive=found).first()
    context = _content(found, user, at) | {"figure": sweep.source_figure(found, at=at), "phenomenon": because}
    return render(request, "reports/directives/directive.html", context)


@staff_required(actions.ADDRESSEES)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def directive_step(request: HttpRequest, directive: int) -> HttpResponse:
    """Let the agency report a step, or that the directive is done."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, directive, at)
    if not actions.is_addressee(user, found, at):
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = StepForm(*posted, uploader=uploader_key(user), at=at)

    def send() -> str:
        actions.report(found.pk, form.said, version=_version(request), by=user, at=at)
        done = gettext("The directive is reported as done. The issuer is told by e-mail.")
        return done if form.said.is_done else gettext("The step is reported.")

    return _answer(request, found, form, send, "reports/directives/step.html", is_possible=actions.may_report)


@staff_required(actions.ISSUERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def directive_decision(request: HttpRequest, directive: int) -> HttpResponse:
    """Let the issuer close a directive, send it back, or withdraw it."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, directive, at)
    if not actions.is_issuer(user, found, at):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted, at=at, is_reported=found.state == DirectiveState.REPORTED, due_on=found.due_on)
    template = "reports/directives/decision.html"
    return _answer(request, found, form, lambda: _decide(request, found, form, at), template, actions.may_decide)


def _decide(request: HttpRequest, directive: Directive, form: DecisionForm, at: datetime) -> str:
    """Do what the valid form says, and return what happened."""
    said, user, version = form.cleaned_data, signed_in_user(request), _version(request)
    match said["decision"]:
        case "close":
            actions.close(directive.pk, text=said["text"], version=version, by=user, at=at)
            return gettext("The directive is closed. The agency is told by e-mail.")
        case "send_back":
            day = said["due_on"] or directive.due_on
            actions.send_back(directive.pk, text=said["text"], due_on=day, version=version, by=user, at=at)
            return gettext("The directive is sent back. The agency is told by e-mail.")
        case _:
            actions.withdraw(directive.pk, text=said["text"], version=version, by=user, at=at)
            return gettext("The directive is withdrawn. The agency is told by e-mail.")


def _answer(
    request: HttpRequest,
    directive: Directive,
    form: Form,
    send: Callable[[], str],
    template: str,
    is_possible: Callable[[User, Directive, datetime], bool],
) -> HttpResponse:
    """Send a valid form and go to the directive; where somebody else was first, say so and keep what was typed."""
    user, at, status = signed_in_user(request), timezone.now(), 200
    if not form.is_bound and not is_possible(user, directive, at):
        messages.warning(request, gettext("There is nothing to do here now. Read below what happened."))
        return redirect("directive", directive.pk)
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, send())
        except (actions.DirectiveChanged, actions.DirectiveRefused):
            form.add_error(None, _CHANGED)
            directive, status = _visible(user, directive.pk, at), CONFLICT
        except actions.NoEvidence:
            form.add_error("attachments", gettext("Add a file that shows that it is done"))
        except NotStored:
            form.add_error("attachments", NOT_STORED)
        else:
            return redirect("directive", directive.pk)
    elif form.is_bound and _version(request) != directive.version:
        # What was offered on the page of before may no longer be: that is the reason, and not a wrong choice.
        form.add_error(None, _CHANGED)
        status = CONFLICT
    context = {"form": form, "is_possible": is_possible(user, directive, at)}
    return render(request, template, _content(directive, user, at) | context, status=status)


@staff_required(actions.READERS)
@require_safe
def directive_file(request: HttpRequest, directive: int, pk: UUID) -> HttpResponseBase:
    """Hand out a file that is evidence of a directive."""
    user, at = signed_in_user(request), timezone.now()
    rows = DirectiveFile.objects.select_related("attachment").filter(step__directive=_visible(user, directive, at))
    file = get_object_or_404(rows, attachment=pk).attachment
    return file_response(file, name=file.name)


# ---- what the pages share ----


def _visible(user: User, key: int, at: datetime) -> Directive:
    return get_object_or_404(actions.visible_to(user, at).select_related("agency", "issued_by"), pk=key)


def _version(request: HttpRequest) -> int:
    """Return the version of the directive that the page was made from; 0 for what can be none."""
    return sent_number(request.POST.get("version", "")) or 0


def _content(directive: Directive, user: User, at: datetime) -> dict[str, Any]:
    """Return a directive with its history, for every page of it; four statements."""
    steps: list[DirectiveStep] = list(directive.steps.select_related("by").prefetch_related("files__attachment"))
    return {
        "directive": directive,
        "steps": steps,
        "told": directive.notices.all(),
        "is_late": directive.is_late(timezone.localdate(at)),
        "may_report": actions.may_report(user, directive, at),
        "may_decide": actions.may_decide(user, directive, at),
        **frame(user, at=at),
    }
