"""The pages of the audit: rounds, scoring, differences, results, challenged answers and the test set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user
from accounts.sign_in.factors import recent_factor_required
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, last_words
from reports.access import for_unit, for_unit_head, is_unit_head
from reports.audits import challenged, drawing, page_data, scoring
from reports.audits.agreement import measured_agreement
from reports.audits.blind import blind
from reports.audits.forms import DrawForm, ScoreForm, SettleForm
from reports.audits.test_set import test_set_lines
from reports.forms import PeriodForm
from reports.models import AuditItem, AuditRound
from reports.periods import Preset

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
        "rounds": page_data.round_rows(user, at=at),
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
        "row": page_data.round_row(user, drawn, at=at),
        "samples": page_data.sample_rows(drawn, with_results=is_unit_head(user, at)),
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
    context = {"texts": blind(shown), "item": shown, "form": form, "scores": page_data.score_table(shown)}
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
        answers = challenged.challenged_answers(user, period, at=at)
        pager = Paginator(answers, ANSWERS_ON_A_PAGE).get_page(request.GET.get("page"))
        context |= {
            "pager": pager,
            "rows": page_data.challenged_rows(list(pager), with_verdicts=is_unit_head(user, at)),
            "is_head": is_unit_head(user, at),
            "agencies": challenged.counts_by_agency(answers),
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
