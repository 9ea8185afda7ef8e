"""The pages of the commitment index: editions, one edition, one agency, and the rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, ClassVar, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user
from accounts.models import User
from accounts.roles import LADDER
from agencies.models import Agency
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.charts.data import ChartData, ChartRow
from kit.dates import day_digits
from kit.forms import DayBoxField, Form, LineField, NumberField, ParagraphField
from reports.access import (
    agency_or_404,
    for_readers_of_all,
    for_readers_of_some,
    for_unit_head,
    is_unit,
    is_unit_head,
    own_agencies,
    reads_all_figures,
)
from reports.audits.scoring import AgencyAudit
from reports.commitment import frozen
from reports.commitment.index import AgencyIndex, ComponentValue, Rule, group_label, rule_on, set_rule
from reports.drill.lists import cases_url
from reports.figures.sums import Scope
from reports.forms import PeriodForm
from reports.models import IndexEdition, IndexReply, IndexRule
from reports.models.audits import REASON_LENGTH, REPLY_LENGTH, Component
from reports.periods import Preset, ReportPeriod

# ---- What the pages of the index show: groups of agencies, one agency with its components, and the trend. ----


#: Earlier publications in a trend.
MOST_EARLIER = 6
#: The list of cases behind each component; the audit has none, so that it stays blind.
_CASES: Final[Mapping[Component, str]] = {
    Component.DECIDES: "decided_on_time",
    Component.ANSWERS: "answered_on_time",
    Component.CONFIRMED: "confirmed",
    Component.OBJECTIONS: "objections",
    Component.BOUNCES: "bounces",
    Component.EXTENSIONS: "extensions",
}


@dataclass(frozen=True)
class IndexRow:
    """One agency in the list: its index, and how it changed since the publication before."""

    index: AgencyIndex
    name: str
    href: str
    before: AgencyIndex | None

    @property
    def change(self) -> Decimal | None:
        """Return by how much the index changed; None without an earlier one."""
        return None if self.before is None else self.index.index - self.before.index

    @property
    def change_text(self) -> str:
        """Return the change with its sign."""
        return "" if self.change is None else f"{self.change:+}"

    @property
    def is_certain(self) -> bool:
        """Tell whether the change is larger than the two intervals explain."""
        return self.before is not None and not self.index.overlaps(self.before)


@dataclass(frozen=True)
class GroupTable:
    """The agencies of one group, with the chart of their intervals."""

    key: str
    title: StrPromise
    mean: Decimal
    rows: Sequence[IndexRow]
    chart: ChartData


@dataclass(frozen=True)
class ComponentRow:
    """One component on the page of an agency: how it was counted, and what it adds."""

    value: ComponentValue
    label: str
    counted: str
    hint: str
    href: str


def agency_names_by_code(edition: IndexEdition) -> Mapping[str, str]:
    """Return the names of the agencies of an edition by their codes; one statement."""
    codes = [row["agency"] for row in edition.counts["agencies"]]
    return {agency.code: agency.name for agency in Agency.objects.filter(code__in=codes)}


def earlier(edition: IndexEdition) -> list[IndexEdition]:
    """Return the publications of periods before, the latest first."""
    published = IndexEdition.objects.filter(last__lt=edition.first, published_at__isnull=False)
    return list(published.order_by("-last", "-first")[:MOST_EARLIER])


def groups(edition: IndexEdition) -> list[GroupTable]:
    """Return the groups of an edition with their agencies, the largest first; two statements."""
    names, before = agency_names_by_code(edition), _before(edition)
    rows = [
        IndexRow(
            index=each,
            name=names.get(each.agency, each.agency),
            href=reverse("commitment-agency", args=[edition.pk, each.agency]),
            before=before.get(each.agency),
        )
        for each in frozen.indices(edition.counts)
    ]
    return [_group(list(found)) for _group_key, found in groupby(rows, key=lambda row: row.index.group)]


def _before(edition: IndexEdition) -> Mapping[str, AgencyIndex]:
    last = next(iter(earlier(edition)), None)
    return {row.agency: row for row in frozen.indices(last.counts)} if last else {}


def _group(rows: Sequence[IndexRow]) -> GroupTable:
    first = rows[0].index
    columns = (gettext("Agency"), gettext("Index"), gettext("From"), gettext("To"))
    drawn = tuple(
        ChartRow(
            row.name,
            (float(row.index.index), float(row.index.low), float(row.index.high)),
            (str(row.index.index), str(row.index.low), str(row.index.high)),
        )
        for row in rows
    )
    chart = ChartData(columns, drawn, highest=100, mean=float(first.mean), mean_name=gettext("Mean of the group"))
    return GroupTable(first.group.value, group_label(first.group), first.mean, rows, chart)


@dataclass(frozen=True)
class AgencyIndexPage:
    """One agency in one edition: its index, its components, the rule, and earlier publications, oldest first."""

    index: AgencyIndex
    components: Sequence[ComponentRow]
    rule: Rule
    trend: Sequence[tuple[IndexEdition, AgencyIndex]]


def agency_page(edition: IndexEdition, whose: Agency) -> AgencyIndexPage | None:
    """Return what the page of an agency shows; None if it is not in the edition."""
    code = whose.code
    index = next((row for row in frozen.indices(edition.counts) if row.agency == code), None)
    if index is None:
        return None
    counted, rule = frozen.from_json(edition.counts)
    audit = AgencyAudit(next(each.audited for each in counted if each.agency == code))
    period = ReportPeriod(edition.first, edition.last)
    scope = Scope(agencies=frozenset({whose.pk}))
    urls = {component: cases_url(measure, period, scope) for component, measure in _CASES.items()}
    components = [_component(value, audit, urls.get(value.component, "")) for value in index.components]
    trend = [
        (other, row)
        for other in [*reversed(earlier(edition)), edition]
        for row in frozen.indices(other.counts)
        if row.agency == code
    ]
    return AgencyIndexPage(index, components, rule, trend)


def _component(value: ComponentValue, audit: AgencyAudit, href: str) -> ComponentRow:
    label = str(Component(value.component).label)
    if value.component == Component.SUBSTANCE:
        return ComponentRow(value, label, *_audited(audit), href="")
    counted = gettext("%(good)s of %(all)s") % {"good": _number(value.counts.good), "all": _number(value.counts.all)}
    if not value.counts.all:
        return ComponentRow(value, label, gettext("nothing to count"), "", "")
    return ComponentRow(value, label, counted, "", href)


def _audited(audit: AgencyAudit) -> tuple[str, str]:
    """Return how many audited answers are real, and how the sorts of answers were weighed."""
    if not audit.judged:
        return gettext("nothing to count"), ""
    numbers = {"good": audit.judged - audit.hollow, "all": audit.judged}
    sorts = [
        gettext("%(genuine)s of %(judged)s, for %(population)s answers")
        % {"genuine": sort.genuine, "judged": sort.judged, "population": sort.population}
        for sort in audit.strata
        if sort.judged
    ]
    if len(sorts) == 1:
        return gettext("%(good)s of %(all)s") % numbers, ""
    weighed = {"good": f"{float((audit.share or 0) * audit.effective):.2f}", "all": f"{float(audit.effective):.2f}"}
    sorts.append(gettext("weighted: %(good)s of %(all)s") % weighed)
    return gettext("%(good)s of %(all)s") % numbers, "; ".join(sorts)


def _number(count: Fraction) -> str:
    return f"{int(count):,}"


# ---- The forms of the index: a draft, a reply and its answer, a rule. ----


#: Days for the replies of agencies, unless another day is chosen.
_REPLY_DAYS: Final = timedelta(days=14)
_FULL: Final = 100


def _after_today(day: date, today: date) -> date:
    if day <= today:
        raise ValidationError(gettext("Choose a day after %(today)s") % {"today": day_digits(today)})
    return day


class DraftForm(PeriodForm):
    """The period of a draft, which is over, and the last day of the replies."""

    must_be_over: ClassVar[bool] = True

    reply_until = DayBoxField(label=_("Last day for replies"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        last_month = Preset.LAST_MONTH.period(today)
        initial = {"first": last_month.first, "last": last_month.last, "reply_until": today + _REPLY_DAYS}
        super().__init__(data, initial=initial, today=today)

    def clean_reply_until(self) -> date:
        """Refuse a day that leaves no time."""
        return _after_today(self.cleaned_data["reply_until"], self.today)


class RecountForm(Form):
    """A new last day of the replies, for a draft that is counted again."""

    reply_until = DayBoxField(label=_("Last day for replies"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        self.today = today
        super().__init__(data, initial={"reply_until": today + _REPLY_DAYS})

    def clean_reply_until(self) -> date:
        """Refuse a day that leaves no time."""
        return _after_today(self.cleaned_data["reply_until"], self.today)


class ReplyForm(Form):
    """What an agency says about its index, or the unit about a reply."""

    text = ParagraphField(min=SHORTEST_TEXT, max=REPLY_LENGTH, rows=6, label=_("Reply"))


class RuleForm(Form):
    """The weights, the limits of the groups and the strength, from a day on."""

    decides = NumberField(max=_FULL, label=Component.DECIDES.label)
    answers = NumberField(max=_FULL, label=Component.ANSWERS.label)
    substance = NumberField(max=_FULL, label=Component.SUBSTANCE.label)
    confirmed = NumberField(max=_FULL, label=Component.CONFIRMED.label)
    objections = NumberField(max=_FULL, label=Component.OBJECTIONS.label)
    bounces = NumberField(max=_FULL, label=Component.BOUNCES.label)
    extensions = NumberField(max=_FULL, label=Component.EXTENSIONS.label)
    medium_from = NumberField(min=1, label=_("An agency counts as medium-sized from this number of cases on"))
    large_from = NumberField(min=2, label=_("An agency counts as large from this number of cases on"))
    strength = NumberField(
        min=1, max=1000, label=_("Strength: the number of cases that the mean of the group counts as")
    )
    starts_on = DayBoxField(label=_("Applies to periods that end on this day or later"))
    because = LineField(min=SHORTEST_TEXT, max=REASON_LENGTH, label=_("Reason"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        self.today, rule = today, rule_on(today)
        initial: dict[str, Any] = {component.value: weight for component, weight in rule.weights.items()}
        initial |= {name: getattr(rule, name) for name in ("medium_from", "large_from", "strength")}
        super().__init__(data, initial=initial | {"starts_on": today})

    def clean_starts_on(self) -> date:
        """Refuse a day that is over: an index is not changed afterwards."""
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise ValidationError(gettext("A rule can apply from today at the earliest"))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse weights that do not add up to 100, and groups out of order."""
        cleaned = super().clean() or {}
        weights = [cleaned.get(component.value) for component in Component]
        if None not in weights and (total := sum(filter(None, weights))) != _FULL:
            text = gettext("The weights add up to %(total)s. They must add up to 100.")
            self.add_error(Component.DECIDES.value, text % {"total": total})
        if cleaned.get("large_from", 2) <= cleaned.get("medium_from", 1):
            self.add_error("large_from", gettext("This number must be larger than the one above"))
        return cleaned

    @property
    def rule(self) -> Rule:
        """Return the rule of a valid form."""
        weights = {component: self.cleaned_data[component.value] for component in Component}
        return Rule(weights, *(self.cleaned_data[name] for name in ("medium_from", "large_from", "strength")))


CONFLICT = 409


def visible(user: User, at: datetime) -> Callable[[IndexEdition], bool]:
    """Return who of the readers sees which edition: the unit and agencies drafts too, others what is published."""
    sees_drafts = is_unit(user, at) or bool(own_agencies(user, at))
    return lambda edition: sees_drafts or edition.published_at is not None


@for_readers_of_some
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: HttpRequest) -> HttpResponse:
    """List the editions; the head of the unit makes a draft, and agencies find their own index."""
    user, at = signed_in_user(request), timezone.now()
    today, is_head = timezone.localdate(at), is_unit_head(user, at)
    if request.method == "POST" and not is_head:
        raise Http404
    form = DraftForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_bound and form.is_valid() and (made := _drafted(request, form)):
        return redirect("commitment-edition", made.pk)
    sees = visible(user, at)
    context = {
        "editions": [edition for edition in IndexEdition.objects.all() if sees(edition)],
        "own": Agency.objects.filter(pk__in=own_agencies(user, at)).order_by("code"),
        "reads_all": reads_all_figures(user, at),
        "form": form if is_head else None,
        "today": today,
    }
    return render(request, "reports/commitment/commitment.html", context | frame(user, at=at))


def _drafted(request: HttpRequest, form: DraftForm) -> IndexEdition | None:
    try:
        return frozen.draft(
            form.period, reply_until=form.cleaned_data["reply_until"], by=signed_in_user(request), at=timezone.now()
        )
    except frozen.EditionExists:
        form.add_error("first", gettext("There is already an index of these days"))
    except frozen.NothingCounted:
        form.add_error("first", gettext("No agency has any figures for these days"))
    return None


@for_readers_of_all
@require_safe
def edition(request: HttpRequest, key: int) -> HttpResponse:
    """Show the index of all agencies by group, with intervals, and the replies that came."""
    user, at = signed_in_user(request), timezone.now()
    shown = _edition(key, user, at)
    replies = list(shown.replies.select_related("agency"))
    today = timezone.localdate(at)
    context = {
        "edition": shown,
        "groups": groups(shown),
        "replies": replies,
        "form": RecountForm(today=today) if is_unit_head(user, at) and shown.published_at is None else None,
        "may_publish": today > shown.reply_until,
    }
    return render(request, "reports/commitment/edition.html", context | frame(user, at=at))


def _edition(key: int, user: User, at: datetime) -> IndexEdition:
    found = get_object_or_404(IndexEdition, pk=key)
    if not visible(user, at)(found):
        raise Http404
    return found


@for_unit_head
@require_POST
def recount(request: HttpRequest, key: int) -> HttpResponse:
    """Count a draft again, with a new last day for replies."""
    at = timezone.now()
    shown = get_object_or_404(IndexEdition, pk=key)
    form = RecountForm(request.POST, today=timezone.localdate(at))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors.get("reply_until", ())))
        return redirect("commitment-edition", shown.pk)
    try:
        frozen.recount(key, reply_until=form.cleaned_data["reply_until"], at=at)
    except frozen.EditionPublished:
        messages.warning(request, gettext("The index has been published in the meantime. It was not counted again."))
    else:
        messages.success(request, gettext("The index was counted again."))
    return redirect("commitment-edition", shown.pk)


@for_unit_head
@require_POST
def publish(request: HttpRequest, key: int) -> HttpResponse:
    """Publish a draft once the time for replies is over."""
    shown = get_object_or_404(IndexEdition, pk=key)
    try:
        frozen.publish(key, by=signed_in_user(request), at=timezone.now())
    except frozen.ReplyTimeOpen:
        messages.error(request, gettext("Agencies may still reply; publish the index after that day."))
    except frozen.EditionPublished:
        messages.info(request, gettext("The index is published already."))
    else:
        messages.success(request, gettext("The index is published. It can no longer be changed."))
    return redirect("commitment-edition", shown.pk)


# ---- one agency ----


@for_readers_of_some
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def agency(request: HttpRequest, key: int, code: str) -> HttpResponse:
    """Show the index of one agency with its components, and take its reply or the answer of the unit."""
    user, at = signed_in_user(request), timezone.now()
    whose = agency_or_404(user, code, at)
    shown = _edition(key, user, at)
    page, said = agency_page(shown, whose), _reply(shown, whose)
    writes = _writes(user, whose, shown, said, at)
    if page is None or (request.method == "POST" and not writes):
        raise Http404
    initial = {"text": (said.answer if writes == "answer" else said.text) if said else ""}
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            _said(request, writes, shown, whose, form.cleaned_data["text"])
        except frozen.ReplyChanged:
            form.add_error(None, _CHANGED[writes])
            said, status = _reply(shown, whose), CONFLICT
        else:
            return redirect("commitment-agency", shown.pk, whose.code)
    context = {
        "edition": shown,
        "agency": whose,
        "page": page,
        "reply": said,
        "writes": writes,
        "form": form,
        "reads_all": reads_all_figures(user, at),
    }
    return render(request, "reports/commitment/agency.html", context | frame(user, at=at), status=status)


#: What whoever writes is told where something else was said meanwhile.
_CHANGED = {
    "answer": _("The agency has changed its reply in the meantime. Read it, then answer again."),
    "reply": _("Someone else has written the reply or answered it in the meantime. Read it, then save again."),
}


def _reply(shown: IndexEdition, whose: Agency) -> IndexReply | None:
    return IndexReply.objects.filter(edition=shown, agency=whose).select_related("by", "answered_by").first()


def _writes(user: User, whose: Agency, shown: IndexEdition, said: IndexReply | None, at: datetime) -> str:
    """Return what the reader may write: "reply" for the agency in its time, "answer" for the unit, or nothing."""
    if shown.published_at is not None:
        return ""
    if user.authority(at).at(whose.pk).has(LADDER):
        return "reply" if timezone.localdate(at) <= shown.reply_until else ""
    return "answer" if said is not None and is_unit_head(user, at) else ""


def _said(request: HttpRequest, writes: str, shown: IndexEdition, whose: Agency, text: str) -> None:
    user, at = signed_in_user(request), timezone.now()
    try:
        if writes == "reply":
            frozen.reply(shown.pk, whose, text, read=_moment_read(request), by=user, at=at)
        else:
            frozen.answer(shown.pk, whose, text, read=_moment_read(request), by=user, at=at)
    except (frozen.ReplyTimeOver, frozen.EditionPublished):
        messages.error(request, gettext("The time for replies is over. Nothing was saved."))
    except frozen.NoReply:
        raise Http404 from None
    else:
        messages.success(request, gettext("Saved. It will be published with the index."))


def _moment_read(request: HttpRequest) -> datetime | None:
    """Return the moment of the reply that the posted page showed."""
    try:
        return datetime.fromisoformat(request.POST.get("read", ""))
    except ValueError:
        return None


# ---- rules ----


@for_readers_of_all
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show how the index is computed, and what held before; the head of the unit sets a new rule."""
    user, at = signed_in_user(request), timezone.now()
    today, is_head = timezone.localdate(at), is_unit_head(user, at)
    if request.method == "POST" and not is_head:
        raise Http404
    form = RuleForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("starts_on", "because")}
        set_rule(form.rule, **given, by=user, at=at)
        messages.success(request, gettext("Saved. Indexes that were drafted before stay as they are."))
        return redirect("commitment-rules")
    rule = rule_on(today)
    context = {
        "rule": rule,
        "weights": [(component.label, rule.weights[component]) for component in Component],
        "history": [
            (row, [(component.label, getattr(row, component.value)) for component in Component])
            for row in IndexRule.objects.select_related("set_by")
        ],
        "form": form if is_head else None,
    }
    return render(request, "reports/commitment/rules.html", context | frame(user, at=at))
