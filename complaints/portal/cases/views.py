"""The citizens' pages: home, own cases, one case and the actions on it, and tracking without signing in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import rate_limits
from accounts.contact.recipients import CITIZEN_PREFIX
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.models import Mandate
from accounts.rate_limits import RateLimitReached, client_address
from complaints import actions
from complaints.actions.ratings import words_for_objection
from complaints.actions.topic_answers import questions_for
from complaints.attachments.fields import uploader_key
from complaints.case_text import citizen_case, timeline
from complaints.case_text.kinds import WORDS, words_of_kind
from complaints.case_text.lateness import lateness
from complaints.case_text.promise import promise_card
from complaints.case_text.status import citizen_status
from complaints.clocks import limits
from complaints.engine import rating_links
from complaints.models import Case
from complaints.own_cases import listing
from complaints.own_cases.access import room_for_files, try_action
from complaints.own_cases.forms import AddForm, AmendForm, ObjectForm, ReplyForm, WithdrawForm
from complaints.permissions import policy
from complaints.portal.access import own_case, posted_data, read_or_post, status_for, unread
from complaints.portal.cases.acts import citizen_acts
from complaints.portal.cases.paper import paper
from complaints.portal.filing import open_drafts
from complaints.portal.rating.page_data import rating_card
from complaints.search import tracking
from complaints.search.forms import TrackForm
from complaints.unsent_forms import store
from complaints.unsent_forms.pages import keeps_unsent_form, sending
from complaints.workflow import Action, State
from kit.link_pages import opened_by_link
from kit.unit import unit_name
from notifications import outbox

TOO_MANY = 429


# ---- home and lists ----


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Offer the four kinds to everybody; to a citizen also what waits and what runs; staff have a desk."""
    days = limits.days_in(State.REFERRED)
    context: dict[str, object] = {"track": TrackForm(), "kinds": WORDS, "competence_days": days}
    if request.user.is_authenticated:
        if request.user.is_staff:
            return redirect("desk")
        context |= listing.home_cases(signed_in_citizen(request), at=timezone.now())
        context["drafts"] = open_drafts.listed_drafts(signed_in_citizen(request))
    return render(request, "complaints/portal/cases/home.html", context)


@citizen_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List the citizen's own cases, open or closed, newest first."""
    tab = "closed" if request.GET.get("tab") == "closed" else "open"
    after = request.GET.get("after", "")
    citizen, at = signed_in_citizen(request), timezone.now()
    page = listing.list_cases(citizen, is_open=tab == "open", at=at, after=after)
    context = {
        "page": page,
        "mandates": Mandate.objects.in_force(at).filter(representative=citizen).select_related("person"),
        "is_open": tab == "open",
        "next_url": f"?tab={tab}&after={page.after}" if page.after else "",
        "first_url": f"?tab={tab}" if after else "",
        "drafts": open_drafts.listed_drafts(citizen) if tab == "open" and not after else (),
        "unsent_forms": store.listed(signed_in_user(request), at=at),
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
        found = tracking.find(number, end, address=client_address(request), at=at)
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
    if message.template == rating_links.TEMPLATE:
        return redirect(rating_links.rating_path(message))
    page = "case" if message.recipient.startswith(CITIZEN_PREFIX) else "desk-case"
    with translation.override(message.language):
        return redirect(page, ref=message.reference)
