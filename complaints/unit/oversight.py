"""The pages of breaches of personal data: the record, its clocks, whom it concerns, and the notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.models import IdentityView, User
from accounts.roles import Role
from accounts.sign_in.factors import recent_factor_required
from agencies.models.workdays import current_calendar
from complaints.escalation import breach_clocks
from complaints.models import Breach, RetentionReport, RetentionRule
from complaints.retention import run
from complaints.staff.frame import frame
from complaints.unit.privacy import AuthorityForm, BreachForm, ConcernedForm, RetentionRuleForm, ViewsForm
from complaints.unsent_forms import keeps_unsent_form_until_redirect, sending
from kit import keyset

HEAD = frozenset({Role.CMU_HEAD})


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def breach_list(request: HttpRequest) -> HttpResponse:
    """Show the breaches with their clocks, and record one."""
    user, at = signed_in_user(request), timezone.now()
    form = BreachForm(request.POST if request.method == "POST" else None, at=at)
    if form.is_bound and form.is_valid():
        with sending(request, at=at):
            breach = Breach.objects.create(**form.cleaned_data, recorded_by=user, recorded_at=at)
        messages.success(request, gettext("The breach is recorded. Its clocks run from the moment it became known."))
        return redirect("privacy-breach", breach.pk)
    breaches = [
        (each, breach_clocks.persons_clock(each, at=at), breach_clocks.authority_clock(each, at=at))
        for each in Breach.objects.all()[:100]
    ]
    context = {"form": form, "breaches": breaches, **frame(user, at=at)}
    return render(request, "complaints/unit/privacy/breaches.html", context)


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def breach_page(request: HttpRequest, breach: int) -> HttpResponse:
    """Show one breach; list whom it concerns, tell them, and record that the authority was told."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(Breach.objects.select_related("recorded_by"), pk=breach)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    listing = ConcernedForm(request.POST if step == "list" else None)
    authority = AuthorityForm(request.POST if step == "authority" else None)
    if _is_done(request, found, step, listing, authority):
        return redirect("privacy-breach", found.pk)
    people = found.persons.select_related("citizen").order_by("pk")
    context = {
        "breach": found,
        "persons_clock": breach_clocks.persons_clock(found, at=at),
        "authority_clock": breach_clocks.authority_clock(found, at=at),
        "listing": listing,
        "authority": authority,
        "failed": listing if listing.errors else authority,
        "number": people.count(),
        "people": people[:100],
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/breach.html", context)


def _is_done(request: HttpRequest, breach: Breach, step: str, listing: ConcernedForm, authority: AuthorityForm) -> bool:
    """Do the step that was sent; False where there is none, or its form has errors."""
    at = timezone.now()
    if step == "list" and listing.is_valid():
        number = breach_clocks.list_persons(breach, listing.filters, at=at)
        text = ngettext("The list has %(number)s person.", "The list has %(number)s persons.", number)
        messages.success(request, text % {"number": number})
        return True
    if step == "tell" and breach.listed_at is not None:
        if not breach_clocks.begin_telling(breach.pk, listed=request.POST.get("listed", ""), at=at):
            messages.warning(
                request, gettext("The list was made again in the meantime. Read it, then tell the persons.")
            )
            return True
        is_over = breach_clocks.tell_persons(breach, at=at)
        done = gettext("The notices are on their way.")
        messages.success(request, done if is_over else gettext("The notices go out in the next minutes."))
        return True
    if step == "authority" and authority.is_valid():
        untold = Breach.objects.filter(pk=breach.pk, authority_told_at__isnull=True)
        if not untold.update(authority_told_at=at, authority_reference=authority.cleaned_data["reference"]):
            authority.add_error("reference", gettext("Someone else has recorded the notice to the authority already"))
            return False
        messages.success(request, gettext("It is recorded that the authority was told."))
        return True
    return False


# ---- Unusual looking: plain rules in one table, each with its figures; what relatives look at cannot be known. ----
#
# A finding is a reason to ask, not a verdict.


HOUR: Final = timedelta(hours=1)
#: Fewer persons in an hour are nobody's fault; more are compared with colleagues.
FEWEST: Final = 10
TIMES_COLLEAGUES: Final = 3
#: Hours of looking read at most, and findings of one rule shown at most.
MOST_HOURS: Final = 20_000
MOST_FINDINGS: Final = 50


@dataclass(frozen=True)
class LookingHour:
    """One hour of one viewer: how many different persons, and for which agency."""

    viewer: UUID
    agency: int | None
    hour: datetime
    persons: int


@dataclass(frozen=True)
class Finding:
    """What a rule found: who, when, and the figures."""

    viewer: UUID
    at: datetime
    figures: str


@dataclass(frozen=True)
class Rule:
    """One rule: what it says, and how it finds."""

    text: StrPromise
    find: Callable[[Sequence[LookingHour], QuerySet[IdentityView]], Iterator[Finding]]


def _many(hours: Sequence[LookingHour], _views: QuerySet[IdentityView]) -> Iterator[Finding]:
    by_agency: dict[int | None, list[LookingHour]] = defaultdict(list)
    for hour in hours:
        by_agency[hour.agency].append(hour)
    for hour in hours:
        others = [other.persons for other in by_agency[hour.agency] if other.viewer != hour.viewer]
        usual = median(others) if others else 0
        if hour.persons >= FEWEST and hour.persons > TIMES_COLLEAGUES * usual:
            figures = ngettext(
                "%(persons)s person in an hour; colleagues in the same agency: %(usual)s",
                "%(persons)s persons in an hour; colleagues in the same agency: %(usual)s",
                hour.persons,
            )
            yield Finding(hour.viewer, hour.hour, figures % {"persons": hour.persons, "usual": f"{usual:g}"})


def _outside_hours(hours: Sequence[LookingHour], _views: QuerySet[IdentityView]) -> Iterator[Finding]:
    calendar = current_calendar()
    for hour in hours:
        if not calendar.working_minutes(hour.hour, hour.hour + HOUR):
            figures = ngettext(
                "%(persons)s person between %(start)s:00 and %(start)s:59",
                "%(persons)s persons between %(start)s:00 and %(start)s:59",
                hour.persons,
            )
            start = timezone.localtime(hour.hour).hour
            yield Finding(hour.viewer, hour.hour, figures % {"persons": hour.persons, "start": start})


def _out_of_reach(_hours: Sequence[LookingHour], views: QuerySet[IdentityView]) -> Iterator[Finding]:
    searched = views.filter(in_reach=False).annotate(hour=TruncHour("at")).values("viewer", "hour")
    for row in searched.annotate(persons=Count("citizen", distinct=True)).order_by("-hour", "viewer")[:MOST_FINDINGS]:
        figures = ngettext(
            "%(persons)s person without a case that this officer may open",
            "%(persons)s persons without a case that this officer may open",
            row["persons"],
        )
        yield Finding(row["viewer"], row["hour"], figures % {"persons": row["persons"]})


RULES: Final[tuple[Rule, ...]] = (
    Rule(_("Many different persons in one hour, at least 10 and three times as many as colleagues"), _many),
    Rule(_("Looking outside working hours"), _outside_hours),
    Rule(_("A search that found a person with no case that the searcher may open"), _out_of_reach),
)


@dataclass(frozen=True)
class FindingRow:
    """A finding with its person, for the page."""

    viewer: User
    at: datetime
    figures: str


@dataclass(frozen=True)
class RuleFindings:
    """A rule and what it found, the newest first."""

    text: str
    rows: Sequence[FindingRow]


def unusual(views: QuerySet[IdentityView]) -> list[RuleFindings]:
    """Return what each rule finds among ``views``; the same number of statements whatever it finds."""
    grouped = views.annotate(hour=TruncHour("at")).values("viewer", "agency", "hour")
    counted = grouped.annotate(persons=Count("citizen", distinct=True)).order_by("-hour", "viewer", "agency")
    hours = [LookingHour(**row) for row in counted[:MOST_HOURS]]
    found = [(rule, list(rule.find(hours, views))[:MOST_FINDINGS]) for rule in RULES]
    people = User.objects.in_bulk({finding.viewer for _rule, findings in found for finding in findings})
    return [
        RuleFindings(str(rule.text), [FindingRow(people[one.viewer], one.at, one.figures) for one in findings])
        for rule, findings in found
    ]


# ---- The pages of who looked at whom, and of retention: its rules, what it did, and what it would do. ----


OVERSIGHT: Final = frozenset({Role.CMU_HEAD, Role.AUDITOR})
OVERSIGHT_VIEWS_HEAD: Final = frozenset({Role.CMU_HEAD})
#: Days of looking judged where no span is chosen.
SPAN: Final = timedelta(days=30)
REPORTS: Final = 30


@staff_required(OVERSIGHT)
@recent_factor_required()
@require_safe
def views_page(request: HttpRequest) -> HttpResponse:
    """Show who looked at whom, by officer, by the person of a case, within some days; and what is unusual in it.

    A constant number of statements, whatever it finds.
    """
    user, at = signed_in_user(request), timezone.now()
    form = ViewsForm(request.GET or None)
    views, viewer = _chosen(form, request.GET.get("viewer", ""), at=at)
    order, after = keyset.Order("at", newest=True), request.GET.get("after", "")
    rows = views.select_related("viewer", "citizen", "agency").order_by(*order.columns)
    page = order.page(order.after(rows, keyset.read(after)))
    parameters = request.GET.copy()
    parameters["after"] = page.next
    context = {
        "form": form,
        "views": page.rows,
        "next": f"?{parameters.urlencode()}" if page.next else "",
        "viewer": viewer,
        "unusual": unusual(views),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/views.html", context)


def _chosen(form: ViewsForm, viewer: str, *, at: datetime) -> tuple[QuerySet[IdentityView], User | None]:
    """Return the looks that the form chooses, and the officer; the last thirty days where it is wrong or empty."""
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    since, until = data.get("since"), data.get("until")
    views = IdentityView.objects.filter(at__gte=_morning(since) if since else at - SPAN)
    if until:
        views = views.filter(at__lt=_morning(until) + timedelta(days=1))
    if form.is_bound and form.is_valid() and form.case:
        views = views.filter(citizen=form.case.citizen_id)
    try:
        officer = User.objects.filter(pk=UUID(viewer), is_staff=True).first() if viewer else None
    except ValueError:
        officer = None
    return (views.filter(viewer=officer) if officer else views), officer


def _morning(day: object) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(f"{day}T00:00"))


@staff_required(OVERSIGHT)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def retention_page(request: HttpRequest) -> HttpResponse:
    """Show the retention rules, what was erased on which day, and on request what would be; the head adds rules."""
    user, at = signed_in_user(request), timezone.now()
    is_head = user.authority(at).has(OVERSIGHT_VIEWS_HEAD)
    form = RetentionRuleForm(request.POST if request.method == "POST" and is_head else None)
    if form.is_bound and form.is_valid() and _keep_rule(form, by=user):
        messages.success(request, gettext("The rule is saved."))
        return redirect("privacy-retention")
    context = {
        "form": form if is_head else None,
        "rules": RetentionRule.objects.select_related("set_by"),
        "reports": [(each.day, sorted(each.counts.items())) for each in _newest_reports()],
        "trial": sorted(run.dry_run(at=at).items()) if "try" in request.GET else None,
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/retention.html", context)


def _keep_rule(form: RetentionRuleForm, *, by: User) -> bool:
    """Keep the rule of a valid form; False where somebody has set one for the same cases and day meanwhile."""
    try:
        with transaction.atomic():
            RetentionRule.objects.create(**form.cleaned_data, set_by=by)
    except IntegrityError:
        form.refuse_second()
        return False
    return True


def _newest_reports() -> QuerySet[RetentionReport]:
    return RetentionReport.objects.order_by("-day")[:REPORTS]
