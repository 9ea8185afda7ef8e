"""The pages of the audit: rounds, scoring, differences, results, challenged answers and the test set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user
from accounts.models import User
from accounts.sign_in.factors import recent_factor_required
from complaints.case_text.answers import fault_text
from complaints.models import Answer
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, last_words
from kit.forms import Card, ChoiceCardsField, Form, NumberField, ParagraphField
from reports.access import for_unit, for_unit_head, is_unit_head
from reports.audits import drawing, scoring
from reports.audits.drawing import blind, test_set_lines
from reports.audits.scoring import AgencyAudit, measured_agreement, sample_audits, verdicts_on
from reports.figures.measures import whole_percent
from reports.forms import PeriodForm
from reports.models import AuditItem, AuditRound, AuditSample
from reports.models.audits import CRITERIA, REMARK_LENGTH, Verdict
from reports.periods import Preset

# ---- The forms of the audit: drawing a round, scoring an answer, settling a difference. ----


#: The largest sample of one agency: more than anybody scores.
_MOST: Final = 500
_YES, _PARTLY, _NO = _("Yes"), pgettext_lazy("points", "Partly"), _("No")


class DrawForm(PeriodForm):
    """The days of a round, all of them over, how many answers of each agency, and the share that two people score."""

    must_be_over: ClassVar[bool] = True

    size = NumberField(
        min=1,
        max=_MOST,
        label=_("Answers of each agency"),
        help_text=_("An agency that gave fewer answers is audited in all of them."),
    )
    second_percent = NumberField(min=0, max=100, label=_("Of 100 answers, how many are scored by two people?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        last_month = Preset.LAST_MONTH.period(today)
        initial = {
            "first": last_month.first,
            "last": last_month.last,
            "size": settings.AUDIT_SAMPLE_SIZE,
            "second_percent": settings.AUDIT_SECOND_PERCENT,
        }
        super().__init__(data, initial=initial, today=today)


def _points(question: Any, *, two: Any, one: Any, none: Any) -> ChoiceCardsField:
    cards = (Card("2", _YES, two), Card("1", _PARTLY, one), Card("0", _NO, none))
    return ChoiceCardsField(cards=cards, label=question, error_messages={"required": _("Choose one of the three")})


class ScoreForm(Form):
    """The rubric: five criteria from 0 to 2, the verdict, and a remark."""

    answers_question = _points(
        _("Does it answer what was asked?"),
        two=_("Everything that was asked"),
        one=_("A part of it"),
        none=_("Something else, or nothing"),
    )
    says_what_was_done = _points(
        _("Does it say what was found or done, when, and who did it?"),
        two=_("What, when and who"),
        one=_("One or two of the three"),
        none=_("None of the three"),
    )
    plain_words = _points(
        _("Is it in plain words?"),
        two=_("Anybody understands it"),
        one=_("With an effort"),
        none=_("Only an expert does"),
    )
    promise_has_date = _points(
        _("Does every promise have a date?"),
        two=_("A date, or nothing is promised"),
        one=_("A span such as “this month”"),
        none=_("Promised without a date"),
    )
    respectful = _points(
        _("Is it respectful?"),
        two=_("Takes the person seriously"),
        one=_("Curt"),
        none=_("Blames or belittles"),
    )
    verdict = ChoiceCardsField(
        cards=[
            Card(Verdict.GENUINE, Verdict.GENUINE.label, _("The person now knows what was found or done")),
            Card(Verdict.HOLLOW, Verdict.HOLLOW.label, _("The person knows no more than before")),
        ],
        label=_("The verdict"),
        error_messages={"required": _("Choose the verdict")},
    )
    remark = ParagraphField(max=REMARK_LENGTH, rows=2, required=False, label=_("Remark"))

    @property
    def points(self) -> dict[str, int]:
        """Return the points of a valid form by criterion."""
        return {name: int(self.cleaned_data[name]) for name in CRITERIA}


class SettleForm(Form):
    """The verdict of a third person, and the reason."""

    verdict = ChoiceCardsField(
        cards=[Card(verdict.value, verdict.label) for verdict in Verdict],
        label=_("The verdict"),
        error_messages={"required": _("Choose the verdict")},
    )
    because = ParagraphField(min=SHORTEST_TEXT, max=REMARK_LENGTH, rows=3, label=_("Reason"))


# ---- What the pages of the audit show: rounds and samples with their progress, scores side by side. ----


@dataclass(frozen=True)
class RoundRow:
    """A round with its progress: answers drawn, decided, in dispute, and waiting for the reader."""

    round: AuditRound
    drawn: int
    decided: int
    disputed: int
    waiting: int

    @property
    def percent(self) -> int:
        """Return the share of decided answers in percent, rounded down."""
        return 100 * self.decided // self.drawn if self.drawn else 0


@dataclass(frozen=True)
class SampleRow:
    """The sample of one agency: its answers, those challenged, those drawn, whether that is all, and what was found."""

    sample: AuditSample
    drawn: int
    audit: AgencyAudit | None

    @property
    def is_whole(self) -> bool:
        """Tell whether every answer of the agency was drawn."""
        return self.drawn == self.sample.population

    @property
    def percent(self) -> int | None:
        """Return the estimated share of real answers in percent; None before anything is judged."""
        share = self.audit.share if self.audit else None
        return None if share is None else whole_percent(share)


def round_rows(user: User, *, at: datetime) -> list[RoundRow]:
    """Return all rounds, the latest first: three statements, and one for each round that is not decided."""
    return [round_row(user, drawn, at=at) for drawn in _counted(AuditRound.objects.all())]


def round_row(user: User, drawn: AuditRound, *, at: datetime) -> RoundRow:
    """Return one round with its progress."""
    counted: Any = drawn if hasattr(drawn, "decided") else _counted(AuditRound.objects.filter(pk=drawn.pk))[0]
    total, decided = counted.drawn, counted.decided
    if total == decided:
        return RoundRow(drawn, total, decided, 0, 0)
    disputed = AuditItem.objects.filter(sample__round=drawn).disputed().count()
    return RoundRow(drawn, total, decided, disputed, scoring.open_for(user, drawn, at=at).count())


def _counted(rounds: Any) -> list[Any]:
    items = Count("samples__items")
    decided = Count("samples__items", filter=~Q(samples__items__verdict=""))
    # A grouped query has no order of its own.
    return list(rounds.annotate(drawn=items, decided=decided).order_by("-first"))


def sample_rows(drawn: AuditRound, *, with_results: bool) -> list[SampleRow]:
    """Return the samples of a round by the name of the agency; what was found only ``with_results``."""
    found = sample_audits([drawn])
    rows = [SampleRow(sample, audit.drawn, audit if with_results else None) for sample, audit in found]
    return sorted(rows, key=lambda row: row.sample.agency.name)


def score_table(item: AuditItem) -> dict[str, Any]:
    """Return the two scores of an answer side by side: rows of criterion, first and second, verdicts and remarks."""
    scores = list(item.scores.all())
    fields = ScoreForm.base_fields
    rows = [(fields[name].label, [getattr(score, name) for score in scores]) for name in CRITERIA]
    return {"rows": rows, "scores": scores}


def challenged_rows(answers: Sequence[Answer], *, with_verdicts: bool) -> list[Mapping[str, Any]]:
    """Return what the list of challenged answers shows of each; what the audit found only ``with_verdicts``."""
    verdicts = verdicts_on(list(answers)) if with_verdicts else {}
    return [
        {
            "answer": answer,
            "question": fault_text(answer.challenge, kind=answer.case.kind),
            "verdict": verdicts.get(answer.pk, ""),
        }
        for answer in answers
    ]


ANSWERS_ON_A_PAGE = 50


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
def audits(request: HttpRequest) -> HttpResponse:
    """List the rounds with their progress; the head of the unit draws a new one."""
    user, at = signed_in_user(request), timezone.now()
    is_head = is_unit_head(user, at)
    if request.method == "POST" and not is_head:
        raise Http404
    form = DrawForm(request.POST if request.method == "POST" else None, today=timezone.localdate(at))
    if form.is_bound and form.is_valid() and (drawn := _drawn(request, form)):
        return redirect("audit-round", drawn.pk)
    context = {
        "rounds": round_rows(user, at=at),
        "form": form if is_head else None,
        "agreement": measured_agreement(AuditRound.objects.all()),
        "disputes": scoring.disputes(user, at=at).count(),
    }
    return render(request, "reports/audits/audits.html", context | frame(user, at=at))


def _drawn(request: HttpRequest, form: DrawForm) -> AuditRound | None:
    values = {name: form.cleaned_data[name] for name in ("size", "second_percent")}
    try:
        return drawing.draw(form.period, **values, by=signed_in_user(request), at=timezone.now())
    except drawing.RoundsOverlap:
        form.add_error("first", gettext("Some of these days already belong to a round"))
    except drawing.NothingToDraw:
        form.add_error("first", gettext("No answer was given on these days"))
    return None


@for_unit
@require_safe
def audit_round(request: HttpRequest, round_key: int) -> HttpResponse:
    """Show the samples of a round and its progress; to the head of the unit also what was found at each agency."""
    user, at = signed_in_user(request), timezone.now()
    drawn = get_object_or_404(AuditRound, pk=round_key)
    context = {
        "row": round_row(user, drawn, at=at),
        "samples": sample_rows(drawn, with_results=is_unit_head(user, at)),
        "is_head": is_unit_head(user, at),
        "agreement": measured_agreement([drawn]),
    }
    return render(request, "reports/audits/round.html", context | frame(user, at=at))


@for_unit
@require_safe
def audit_next(request: HttpRequest, round_key: int) -> HttpResponse:
    """Lead to an answer that waits for a score by the reader."""
    user, at = signed_in_user(request), timezone.now()
    drawn = get_object_or_404(AuditRound, pk=round_key)
    found = scoring.next_item(user, drawn, at=at)
    if found is None:
        messages.info(request, gettext("Nothing in this round is waiting for your score."))
        return redirect("audit-round", drawn.pk)
    # The words of the answer take the focus: the next Tab goes to the first question.
    return redirect(f"{reverse('audit-item', args=[found])}#answer")


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def audit_item(request: HttpRequest, item: int) -> HttpResponse:
    """Show one answer without agency and person, take its score, and go on to the next."""
    user, at = signed_in_user(request), timezone.now()
    shown = _item(scoring.judgeable(user, at=at).filter(pk=item))
    drawn = shown.sample.round
    form = ScoreForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("verdict", "remark")}
        try:
            scoring.score(shown.pk, form.points, **given, by=user, at=at)
        except scoring.NoSuchItem:
            raise Http404 from None
        except scoring.AlreadyScored:
            messages.warning(request, gettext("That answer was scored in the meantime. Your score was not counted."))
            return last_words(request, redirect("audit-next", drawn.pk), at=at)
        return redirect("audit-next", drawn.pk)
    if not form.is_bound and not scoring.open_for(user, drawn, at=at).filter(pk=item).exists():
        messages.info(request, gettext("That answer no longer waits for your score."))
        return redirect("audit-next", drawn.pk)
    context = {"texts": blind(shown), "item": shown, "form": form, "left": _left(request, drawn)}
    return render(request, "reports/audits/item.html", context | frame(user, at=at))


def _item(items: Any) -> AuditItem:
    related = ("answer__case__citizen", "answer__agency", "sample__agency", "sample__round")
    found: AuditItem = get_object_or_404(items.select_related(*related).filter(answer__isnull=False))
    return found


def _left(request: HttpRequest, drawn: AuditRound) -> int:
    return scoring.open_for(signed_in_user(request), drawn, at=timezone.now()).count()


@for_unit
@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """List the answers on which two scorers differ and that the reader may settle."""
    user, at = signed_in_user(request), timezone.now()
    found = scoring.disputes(user, at=at).select_related("sample__round")
    pager = Paginator(found, ANSWERS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/audits/disputes.html", {"pager": pager} | frame(user, at=at))


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def settle(request: HttpRequest, item: int) -> HttpResponse:
    """Show an answer with both scores, and take the verdict of a third person."""
    user, at = signed_in_user(request), timezone.now()
    form = SettleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("verdict", "because")}
        try:
            scoring.settle(item, **given, by=user, at=at)
        except scoring.NoSuchItem:
            raise Http404 from None
        except scoring.NotInDispute:
            messages.warning(request, gettext("Someone has settled this answer in the meantime."))
            return last_words(request, redirect("audit-disputes"), at=at)
        messages.success(request, gettext("The difference is settled."))
        return redirect("audit-disputes")
    shown = _item(scoring.disputes(user, at=at).filter(pk=item))
    context = {"texts": blind(shown), "item": shown, "form": form, "scores": score_table(shown)}
    return render(request, "reports/audits/settle.html", context | frame(user, at=at))


@for_unit
@require_safe
def challenged_answers(request: HttpRequest) -> HttpResponse:
    """List the answers of a period that were sent although they had been challenged."""
    user, at = signed_in_user(request), timezone.now()
    today = timezone.localdate(at)
    form = PeriodForm(request.GET if "first" in request.GET else None, today=today, initial=_quarter(today))
    period = form.period if form.is_bound and form.is_valid() else None
    if not form.is_bound:
        period = Preset.QUARTER.period(today)
    context: dict[str, Any] = {"form": form}
    if period is not None:
        answers = scoring.challenged_answers(user, period, at=at)
        pager = Paginator(answers, ANSWERS_ON_A_PAGE).get_page(request.GET.get("page"))
        context |= {
            "pager": pager,
            "rows": challenged_rows(list(pager), with_verdicts=is_unit_head(user, at)),
            "is_head": is_unit_head(user, at),
            "agencies": scoring.counts_by_agency(answers),
            "query": f"first={form['first'].value() or ''}&last={form['last'].value() or ''}" if form.is_bound else "",
        }
    return render(request, "reports/audits/challenged.html", context | frame(user, at=at))


def _quarter(today: Any) -> dict[str, Any]:
    period = Preset.QUARTER.period(today)
    return {"first": period.first, "last": period.last}


@for_unit_head
@require_safe
@recent_factor_required(back_to="audits")
def export_verdicts(_request: HttpRequest) -> StreamingHttpResponse:
    """Send all verdicts as a test set of the judgement of answers."""
    return StreamingHttpResponse(
        test_set_lines(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audited_answers.csv"'},
    )
