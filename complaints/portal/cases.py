"""The pages of a citizen's own cases, and tracking."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrPromise

from accounts import rate_limits
from accounts.contact import CITIZEN_PREFIX
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.models import Mandate
from accounts.rate_limits import RateLimitReached, client_address
from complaints import actions, own_cases, unsent_forms
from complaints.actions.answers import questions_for
from complaints.actions.decisions import RemindedToday
from complaints.actions.objections import words_for_objection
from complaints.attachments.fields import uploader_key
from complaints.attachments.responses import shown_response
from complaints.attachments.uploads import citizen_files
from complaints.case_text import citizen_case, timeline
from complaints.case_text.answers import AnswerRound, RoundObjection
from complaints.case_text.deadline import lateness
from complaints.case_text.kinds import WORDS, words_of_kind
from complaints.case_text.promise import promise_card
from complaints.case_text.timeline import citizen_status
from complaints.clocks import clockwork
from complaints.engine import links, notices
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, CaseEvent
from complaints.own_cases import AddForm, AmendForm, ObjectForm, ReplyForm, WithdrawForm, room_for_files, try_action
from complaints.permissions import policy
from complaints.portal import filing_steps
from complaints.portal.access import own_case, posted_data, read_or_post, status_for, unread
from complaints.portal.rating import rating_card
from complaints.search import search
from complaints.search.box import TrackForm
from complaints.staff.pdf import Letterhead, PlainSection, render_sections
from complaints.unsent_forms import keeps_unsent_form, sending
from complaints.workflow import Action, State
from kit.dates import day_text, moment_text
from kit.link_pages import opened_by_link
from kit.qr import QrCode, qr_code
from kit.unit import unit_name
from notifications import outbox

# ---- What a citizen can do to a case now, as the bar of its page offers it. ----


@dataclass(frozen=True)
class CitizenAct:
    """One thing to do: its address, its words and its icon; ``is_first`` where the case waits for it."""

    href: str
    text: str | StrPromise
    icon: str
    is_first: bool = False


def citizen_acts(page: dict[str, Any]) -> list[CitizenAct]:
    """Return what the ``page`` of a case offers, what is needed most first and the withdrawal last."""
    return list(_acts(page))


def _acts(page: dict[str, Any]) -> Iterator[CitizenAct]:
    ref, kind, asking = page["case"].reference, page["kind"], page["asking"]
    if page["question"]:
        yield CitizenAct("#question", gettext("Answer the question"), "msg", is_first=True)
    if asking is not None and (asking.may_remind or asking.may_ask_unit):
        yield CitizenAct("#late", gettext("Remind"), "bell", is_first=True)
    if page["objecting"]:
        yield CitizenAct(reverse("case-object", kwargs={"ref": ref}), gettext("Object to the answer"), "alert")
    if page["may_add"]:
        yield CitizenAct(reverse("case-add", kwargs={"ref": ref}), gettext("Add information"), "plus")
    if page["may_amend"]:
        yield CitizenAct(reverse("case-amend", kwargs={"ref": ref}), kind.correct, "pen")
    if page["may_withdraw"]:
        yield CitizenAct(reverse("case-withdraw", kwargs={"ref": ref}), kind.withdraw, "x")


# ---- A file of a citizen's own case. ----


@citizen_required
@require_safe
def case_file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a citizen's own case out, or show it: ``?as=`` photo, small or voice."""
    at = timezone.now()
    attachment = get_object_or_404(citizen_files(own_case(request, ref, at=at), at=at), pk=pk)
    return shown_response(request, attachment, name=attachment.name)


# ---- What a citizen does about a late case: remind the agency, and ask the unit to step in; each is one press. ----


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_remind(request: HttpRequest, ref: str) -> HttpResponse:
    """Remind the late agency; a second press on the same working day says that it was done."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    if request.method == "POST":
        try:
            actions.remind_agency(case, by=signed_in_user(request), at=at)
            messages.success(request, gettext("Your reminder was sent to the agency."))
        except RemindedToday:
            messages.warning(request, gettext("You have already sent a reminder. You can send one each working day."))
        except TransitionNotAllowed:
            messages.warning(request, gettext("Your case is not late at the agency now."))
    return redirect("case", ref=ref)


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_ask_unit(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask the unit to step in, once until the case moves."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    if request.method == "POST":
        try:
            actions.ask_unit(case, by=signed_in_user(request), at=at)
            words = gettext("The %(unit)s has been asked to step in. Your case is on its list now.")
            messages.success(request, words % {"unit": unit_name()})
        except TransitionNotAllowed:
            words = gettext(
                "You have already asked the %(unit)s to step in, or the delay has not yet been reported to every "
                "level of management."
            )
            messages.warning(request, words % {"unit": unit_name()})
    return redirect("case", ref=ref)


# ---- A citizen's own case on paper: the letterhead with the picture that proves it, and the receipt as a PDF. ----


@dataclass(frozen=True)
class Paper:
    """What a page on paper says of itself: when it was printed, the address of the case, and the check of the paper."""

    printed_at: datetime
    address: str
    check_address: str
    qr: QrCode


def paper(case: Case, *, at: datetime, events: Sequence[CaseEvent] = ()) -> Paper:
    """Return what stands at the head of ``case`` on paper; ``events`` as ``receipts.seal`` takes them."""
    check = _absolute("receipt-check", token=notices.seal(case, at=at, events=events))
    return Paper(at, _absolute("case", ref=case.reference), check, qr_code(check))


def receipt_pdf(case: Case, page: dict[str, Any], *, at: datetime) -> bytes:
    """Return the receipt of ``case`` in the language of the reader, from what its ``page`` shows."""
    head = paper(case, at=at)
    letterhead = Letterhead(
        service=gettext("At Your Service"),
        lines=(unit_name(), case.citizen.full_name, head.address),
        qr=head.qr,
        qr_words=gettext("Check this paper"),
    )
    printed = gettext("Printed on %(moment)s") % {"moment": moment_text(at)}
    title = f"{page['kind'].noun} {case.reference}"
    return render_sections(
        title,
        _facts(case, page),
        _sections(case, page),
        at=at,
        subject=case.subject,
        letterhead=letterhead,
        printed=printed,
    )


def _facts(case: Case, page: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield gettext("Tracking number"), f"{case.reference[:2]} {case.reference[2:6]} {case.reference[6:]}"
    yield gettext("Status"), page["status"].word
    yield gettext("Agency"), case.agency.name if case.agency else unit_name()
    yield pgettext("of a case", "Topic"), case.topic.name if case.topic else ""
    yield gettext("Place"), gettext(", ").join(filter(None, [_governorate(case), case.area, case.place]))
    yield gettext("Sent on"), moment_text(case.filed_at)
    promise, late = page["promise"], page["late"]
    if promise is not None and promise.on is not None and late is None:
        yield promise.owes, day_text(promise.on)
    if late is not None:
        yield gettext("Delay"), str(late)


def _governorate(case: Case) -> str:
    return case.governorate.name if case.governorate else ""


def _sections(case: Case, page: dict[str, Any]) -> Iterator[PlainSection]:
    answered = tuple(f"{answer.question_label}: {answer.answer_label}" for answer in page["topic_answers"])
    yield PlainSection(gettext("What you wrote"), [("", (), (case.details, *answered))])
    for each in reversed(page["rounds"]):
        yield PlainSection(_round_title(each, page), list(_round(each)))
    happened = [
        (
            entry.title,
            tuple(filter(None, (moment_text(entry.at), entry.by))),
            _entry_lines(entry.text, entry.on, entry.quote),
        )
        for entry in reversed(page["entries"])
    ]
    yield PlainSection(gettext("What has happened"), happened)


def _entry_lines(text: str, on: Any, quote: str) -> tuple[str, ...]:
    said = f"{text} {day_text(on)}" if text and on else text
    return tuple(filter(None, (said, quote)))


def _round_title(each: AnswerRound, page: dict[str, Any]) -> str:
    if each.answer is None:
        return gettext("Closed without an answer")
    if len(page["rounds"]) == 1:
        return gettext("The agency's answer")
    return gettext("Answer %(number)s") % {"number": each.number}


def _round(each: AnswerRound) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    answer = each.answer
    if answer is not None and each.at is not None:
        yield answer.outcome, (each.agency, moment_text(each.at)), ()
        yield answer.found_title, (), (answer.found,)
        yield answer.done_title, (), (answer.done,)
    for objection in each.objections:
        yield from _objection(objection)


def _objection(made: RoundObjection) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    yield gettext("Your objection"), (moment_text(made.made_at),), (made.text,)
    if made.ruling and made.ended_at is not None:
        yield made.ruling, (unit_name(), moment_text(made.ended_at)), (made.reasons,)


def _absolute(name: str, **parts: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=parts)}"


# ---- The receipt of a case as a PDF, and the page that says whether a paper is ours and what became of its
# case.


NOT_OURS = 404
#: Each is set anew, which takes seconds for a long case.
RECEIPTS_PER_PERSON = rate_limits.RateLimit("receipt_pdf", 30, rate_limits.HOUR)


@citizen_required
@require_safe
@handles_rate_limits
def case_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand out the receipt of a citizen's own case."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    rate_limits.spend(RECEIPTS_PER_PERSON, str(signed_in_user(request).pk), at=at)
    page = citizen_case.case_page(case, signed_in_user(request), at=at)
    response = HttpResponse(receipt_pdf(case, page, at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{case.reference}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@opened_by_link
@require_safe
@handles_rate_limits
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a paper was issued by us, and whether its case changed since; guesses are limited by address."""
    at, address = timezone.now(), rate_limits.client_address(request)
    rate_limits.require_room(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
    receipt = notices.read(token)
    if receipt is None:
        rate_limits.spend(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
        return render(request, "complaints/portal/cases/check.html", {}, status=NOT_OURS)
    kind = words_of_kind(receipt.kind) if receipt.kind else None
    return render(request, "complaints/portal/cases/check.html", {"receipt": receipt, "kind": kind})


# ---- The citizens' pages: home, own cases, one case and the actions on it, and tracking without signing in. ----


TOO_MANY = 429


# ---- home and lists ----


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Offer the four kinds to everybody; to a citizen also what waits and what runs; staff have a desk."""
    days = clockwork.days_in(State.REFERRED)
    context: dict[str, object] = {"track": TrackForm(), "kinds": WORDS, "competence_days": days}
    if request.user.is_authenticated:
        if request.user.is_staff:
            return redirect("desk")
        context |= own_cases.home_cases(signed_in_citizen(request), at=timezone.now())
        context["drafts"] = filing_steps.listed_drafts(signed_in_citizen(request))
    return render(request, "complaints/portal/cases/home.html", context)


@citizen_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List the citizen's own cases, open or closed, newest first."""
    tab = "closed" if request.GET.get("tab") == "closed" else "open"
    after = request.GET.get("after", "")
    citizen, at = signed_in_citizen(request), timezone.now()
    page = own_cases.list_cases(citizen, is_open=tab == "open", at=at, after=after)
    context = {
        "page": page,
        "mandates": Mandate.objects.in_force(at).filter(representative=citizen).select_related("person"),
        "is_open": tab == "open",
        "next_url": f"?tab={tab}&after={page.after}" if page.after else "",
        "first_url": f"?tab={tab}" if after else "",
        "drafts": filing_steps.listed_drafts(citizen) if tab == "open" and not after else (),
        "unsent_forms": unsent_forms.listed(signed_in_user(request), at=at),
    }
    return render(request, "complaints/portal/cases/cases.html", context)


@citizen_required
@require_safe
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one case: where it stands, what it promises, and all that has happened."""
    at = timezone.now()
    own = own_case(request, ref, at=at)
    page = citizen_case.case_page(own, signed_in_user(request), at=at)
    more = {
        "form": ReplyForm(uploader=_uploader(request), at=at),
        "acts": citizen_acts(page),
        "paper": paper(own, at=at, events=page["events"]),
        "rating": None if page["undone_until"] else rating_card(own, at=at),
    }
    return render(request, "complaints/portal/cases/case.html", page | more)


# ---- actions on a case ----


@citizen_required
@read_or_post
@keeps_unsent_form
def case_reply(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the answer to the open question."""
    at = timezone.now()
    own = own_case(request, ref, at=at)
    files = request.FILES if request.method == "POST" else None
    form = ReplyForm(posted_data(request), files, room=room_for_files(own), uploader=_uploader(request), at=at)
    preview = unread(request, own, form, "text")

    def reply() -> None:
        text = form.cleaned_data["text"]
        actions.reply(own, by=signed_in_user(request), at=at, text=text, attachments=form.taken)

    if preview is None and _is_done(request, form, reply, at=at):
        messages.success(request, gettext("Your answer was sent. Work on your case continues."))
        return redirect("case", ref=ref)
    if not form.is_bound and own.state != State.WAITING:
        return redirect("case", ref=ref)
    question = timeline.open_question(own)
    return _page(request, "case_reply", own, form, question=question, promise=promise_card(own, at=at), preview=preview)


@citizen_required
@read_or_post
@keeps_unsent_form
def case_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Take more information and files on an open case."""
    at = timezone.now()
    own = own_case(request, ref, at=at)
    files = request.FILES if request.method == "POST" else None
    form = AddForm(posted_data(request), files, room=room_for_files(own), uploader=_uploader(request), at=at)
    preview = unread(request, own, form, "text")

    def add() -> None:
        text = form.cleaned_data["text"]
        actions.add(own, by=signed_in_user(request), at=at, text=text, attachments=form.taken)

    if preview is None and _is_done(request, form, add, at=at):
        messages.success(request, gettext("What you added was sent."))
        return redirect("case", ref=ref)
    if not form.is_bound and not policy.may(own, Action.ADD, signed_in_user(request), at=at):
        return _too_late(request, ref, gettext("You cannot add anything to a closed case."))
    return _page(request, "case_add", own, form, preview=preview)


@citizen_required
@read_or_post
@keeps_unsent_form
def case_amend(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a correction of the citizen's own words, before an agency has accepted them."""
    at = timezone.now()
    own = own_case(request, ref, at=at)
    form = AmendForm(posted_data(request), case=own, questions=questions_for(own.topic, kind=own.kind))
    preview = unread(request, own, form, "subject", "details", "area", "place")

    def amend() -> None:
        actions.amend(own, by=signed_in_user(request), at=at, **form.words)

    if preview is None and _is_done(request, form, amend, at=at):
        messages.success(request, gettext("Your correction was saved."))
        return redirect("case", ref=ref)
    if not form.is_bound and not policy.may(own, Action.AMEND, signed_in_user(request), at=at):
        if not own.is_open:
            return _too_late(request, ref, gettext("Your case is already closed."))
        return _too_late(
            request, ref, gettext("The agency has already started work on your case. Add information instead.")
        )
    return _page(request, "case_amend", own, form, preview=preview)


@citizen_required
@read_or_post
@keeps_unsent_form
def case_object(request: HttpRequest, ref: str) -> HttpResponse:
    """Take an objection to the answer: within fourteen days of it, and at most twice."""
    at = timezone.now()
    own = own_case(request, ref, at=at)
    form = ObjectForm(posted_data(request), initial={"text": words_for_objection(own)})
    preview = unread(request, own, form, "text")

    def object_to() -> None:
        actions.object_to(own, by=signed_in_user(request), at=at, text=form.cleaned_data["text"])

    if preview is None and _is_done(request, form, object_to, at=at):
        words = gettext("Your objection was sent. Someone at the %(unit)s who has not worked on your case will decide.")
        messages.success(request, words % {"unit": unit_name()})
        return redirect("case", ref=ref)
    may = citizen_case.objecting(own, signed_in_user(request), at=at)
    if not form.is_bound and may is None:
        return _too_late(request, ref, gettext("There is no answer you can object to now."))
    return _page(request, "case_object", own, form, objecting=may, preview=preview)


@citizen_required
@read_or_post
@keeps_unsent_form
def case_withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask whether the case is to be withdrawn for good, and withdraw it."""
    at = timezone.now()
    own = own_case(request, ref, at=at)
    form = WithdrawForm(posted_data(request))

    def withdraw() -> None:
        actions.withdraw(own, by=signed_in_user(request), at=at, **form.cleaned_data)

    if _is_done(request, form, withdraw, at=at):
        messages.success(request, words_of_kind(own.kind).is_withdrawn)
        return redirect("case", ref=ref)
    if not form.is_bound and not policy.may(own, Action.WITHDRAW, signed_in_user(request), at=at):
        return _too_late(request, ref, gettext("Your case is already closed."))
    return _page(request, "case_withdraw", own, form)


def _is_done(request: HttpRequest, form: forms.Form, action: Callable[[], None], *, at: datetime) -> bool:
    """Do what a valid form says; False for any other, and, with the reason on the form, where it cannot be done."""
    return form.is_bound and form.is_valid() and try_action(form, action, within=sending(request, at=at))


def _uploader(request: HttpRequest) -> str:
    return uploader_key(signed_in_user(request))


def _page(request: HttpRequest, name: str, own: Case, form: forms.Form, **more: object) -> HttpResponse:
    context = {"case": own, "kind": words_of_kind(own.kind), "form": form, **more}
    return render(request, f"complaints/portal/cases/{name}.html", context, status=status_for(form))


def _too_late(request: HttpRequest, ref: str, text: str) -> HttpResponse:
    messages.warning(request, text)
    return redirect("case", ref=ref)


# ---- without signing in ----


@login_not_required
@never_cache
@read_or_post
def track(request: HttpRequest) -> HttpResponse:
    """Tell the status, and nothing else, to whoever knows the number and the end of its owner's mobile number."""
    at = timezone.now()
    if request.method != "POST":
        return _open_track(request, at)
    form = TrackForm(request.POST)
    found = _tracked_case(request, form, at) if form.is_valid() else None
    context: dict[str, object] = {"form": form, "case": found}
    if found is not None:
        context |= {
            "kind": words_of_kind(found.kind),
            "status": citizen_status(found),
            "promise": promise_card(found, at=at),
            "late": lateness(found, at=at),
        }
    status = TOO_MANY if form.has_error("__all__", "too_many") else 200
    return render(request, "complaints/portal/cases/track.html", context, status=status)


def _open_track(request: HttpRequest, at: datetime) -> HttpResponse:
    """Open the form, its number filled in from the home page; the owner who is signed in goes to the case itself."""
    form = TrackForm(request.GET, is_number_only=True) if "ref" in request.GET else TrackForm()
    if form.is_bound and form.is_valid():
        ref = form.cleaned_data["ref"]
        if Case.objects.visible_to(request.user, at=at).filter(reference=ref, citizen__user=request.user.pk).exists():
            return redirect("case", ref=ref)
        form = TrackForm(initial={"ref": ref})
    return render(request, "complaints/portal/cases/track.html", {"form": form})


def _tracked_case(request: HttpRequest, form: TrackForm, at: datetime) -> Case | None:
    """Return the case, or give the form the one error for a wrong number, a wrong end, or too many tries."""
    number, end = form.cleaned_data["ref"], form.cleaned_data["phone_end"]
    try:
        found = search.find(number, end, address=client_address(request), at=at)
    except RateLimitReached:
        words = {"phone": f"\u2066{settings.CALL_CENTRE_PHONE}\u2069"}
        text = gettext("Too many attempts. Try again tomorrow, sign in, or call %(phone)s") % words
        form.add_error(None, forms.ValidationError(text, code="too_many"))
        return None
    if found is None:
        form.add_error("phone_end", gettext("No case matches this number and these digits. Check both."))
    return found


@opened_by_link
@require_safe
@handles_rate_limits
def short_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead from a message to the page of its case, for citizens or for staff; guesses are limited by address."""
    at, address = timezone.now(), rate_limits.client_address(request)
    rate_limits.require_room(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
    message = outbox.message_by_link(token, at=at)
    if message is None or not message.reference:
        rate_limits.spend(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
        raise Http404
    if message.template == links.TEMPLATE:
        return redirect(links.rating_path(message))
    page = "case" if message.recipient.startswith(CITIZEN_PREFIX) else "desk-case"
    with translation.override(message.language):
        return redirect(page, ref=message.reference)


# ---- The page on which citizens read what they left unsent. ----


@citizen_required
@read_or_post
def unsent_form(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what a citizen left unsent; a POST deletes it."""
    unsent = unsent_forms.own_unsent_form(request, pk, at=timezone.now())
    if request.method == "POST":
        return unsent_forms.begin_again(request, unsent)
    return render(request, "complaints/portal/unsent/unsent_form.html", {"unsent": unsent})
