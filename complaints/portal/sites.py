"""The form on agencies' own sites: inside a frame of theirs, then on a page of ours; and the badge that links here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import StrPromise

from agencies.models import Agency, AgencySite, OutsideCentre, Topic
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.links import offered_problems
from complaints.filing import drafting
from complaints.filing.agency_form import AgencyStepForm
from complaints.filing.drafting import TooManyDrafts, Writer
from complaints.filing.forms import FitForm
from complaints.filing.understanding import NOTHING_UNDERSTOOD, TOPIC, active_site, first_words, understood
from complaints.models import Draft
from complaints.models.case import DETAILS_LENGTH
from complaints.portal import filing, filing_steps
from complaints.portal.access import read_or_post
from complaints.portal.filing_steps import (
    TOO_MANY_REQUESTS,
    Typed,
    for_everybody,
    requested_draft,
    say_too_many,
    step_context,
    to_step,
)
from complaints.suggestions import owners
from complaints.workflow import Kind
from kit.compiled_reads import CompiledRead
from kit.forms import Form, ParagraphField
from kit.shared_answers import kept_by_everybody

# ---- The form that is shown on an agency's own site, for each of the four kinds. ----


#: The heading of the form, by kind.
TITLES: Final[Mapping[str, StrPromise]] = {
    Kind.COMPLAINT: _("A complaint to %(agency)s"),
    Kind.SUGGESTION: _("A suggestion to %(agency)s"),
    Kind.INQUIRY: _("An inquiry to %(agency)s"),
    Kind.PRAISE: _("Praise for %(agency)s"),
}


class EmbeddedForm(Form):
    """What the person wants to say, and the topic among those of the agency; which may be left open."""

    topic = forms.ChoiceField(required=False, label=pgettext_lazy("of a case", "Topic"))
    details = ParagraphField(
        max=DETAILS_LENGTH,
        rows=5,
        error_messages={"required": _("Write in the box what you want to tell us")},
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, agency: Agency, kind: str = "", topic: str = ""
    ) -> None:
        asked = kind if data is None else data.get("kind", "")
        self.chosen_kind = Kind(asked) if asked in Kind.values else Kind.COMPLAINT
        super().__init__(data, initial={"topic": topic})
        self.title = TITLES[self.chosen_kind] % {"agency": agency.name}
        self.fields["details"].label = words_of_kind(self.chosen_kind).question
        groups = list(Topic.objects.offered(kind=self.chosen_kind, agency=agency))
        self.topics = {topic.code: topic for group in groups for topic in group.children.all()}
        named = [(group.name, [(topic.code, topic.name) for topic in group.children.all()]) for group in groups]
        self.offer_choices("topic", named, empty=_("I do not know"))

    @property
    def words(self) -> dict[str, Any]:
        """Return what the draft takes of the valid form."""
        details = self.cleaned_data["details"]
        topic = self.topics.get(self.cleaned_data["topic"])
        return {"details": details, "subject": first_words(details), "topic": topic}


# ---- The embedded form, which needs no cookie and no script, and opens the main site in the end; and the
# badge.
#
# A browser may keep the cookies of this site from a frame of another one, and from what is sent out of it. So the
# frame only shows a form; its press opens a page of ours in a tab of its own, which stores nothing and sets no
# cookie; and the press on that page, which is ours alone, begins the draft.


#: For so long browsers and proxies keep the badge, in seconds.
BADGE_LIFE: Final = 24 * 3600
#: The parameter of an address that chooses a complaint, a suggestion, an inquiry or praise.
KIND: Final = "kind"


@login_not_required
@xframe_options_exempt
@require_safe
def embedded(request: HttpRequest, site: int) -> HttpResponse:
    """Show the form for a frame of the registered origin, and of no other; the address may choose kind and topic."""
    found = _site(site)
    form = EmbeddedForm(agency=found.agency, kind=request.GET.get(KIND, ""), topic=request.GET.get(TOPIC, ""))
    problems = offered_problems(at=timezone.now(), agency=found.agency) if form.chosen_kind == Kind.COMPLAINT else ()
    context = _context(found, form) | {"problems": problems, "kinds": Kind.choices}
    frames = csp_override({**settings.SECURE_CSP, "frame-ancestors": [found.origin]})
    page: HttpResponse = frames(render)(request, "complaints/portal/sites/embedded.html", context)
    return page


@csrf_exempt
@login_not_required
@require_POST
def check(request: HttpRequest, site: int) -> HttpResponse:
    """Show on the main site what was written in the frame; nothing is stored, and no cookie set."""
    found = _site(site)
    return _check_page(request, found, EmbeddedForm(request.POST, agency=found.agency))


@csrf_exempt
@login_not_required
@require_POST
def begin(request: HttpRequest, site: int) -> HttpResponseBase:
    """Begin the draft and go on where it then stands.

    The page before has no cookie to compare a token with: the browser says that the press was made on a page of ours.
    What another site sends is shown once more instead, before anything is read or set.
    """
    return _begin(request, _site(site)) if _is_own(request) else check(request, site)


def _is_own(request: HttpRequest) -> bool:
    """Tell whether the browser says that a page of this site sent the form."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site") == "same-origin"
    return origin == f"{request.scheme}://{request.get_host()}"


@for_everybody
def _begin(request: HttpRequest, writer: Writer, site: AgencySite) -> HttpResponse:
    form = EmbeddedForm(request.POST, agency=site.agency)
    if not form.is_valid():
        return _check_page(request, site, form)
    draft = Draft(kind=form.chosen_kind, agency=site.agency, site=site, **writer.owns())
    try:
        draft = drafting.save_draft(draft, writer, at=timezone.now(), **form.words)
    except TooManyDrafts:
        say_too_many(form, writer)
        return _check_page(request, site, form, status=TOO_MANY_REQUESTS)
    return to_step(drafting.next_step(draft), draft)


def _check_page(request: HttpRequest, site: AgencySite, form: EmbeddedForm, status: int = 200) -> HttpResponse:
    return render(request, "complaints/portal/sites/check.html", _context(site, form), status=status)


def _context(site: AgencySite, form: EmbeddedForm) -> dict[str, Any]:
    centres = OutsideCentre.objects.filter(agency=site.agency, is_active=True)
    return {"site": site, "agency": site.agency, "form": form, "centres": list(centres)}


def _site(key: int) -> AgencySite:
    """Return a site that is registered, of an agency that can be complained about today, or raise Http404."""
    site = active_site(str(key))
    if site is None or not site.agency.is_complainable_on(timezone.localdate()):
        raise Http404
    return site


@login_not_required
@require_safe
@kept_by_everybody(seconds=BADGE_LIFE)
def badge(request: HttpRequest) -> HttpResponse:
    """Return the badge as a picture, which pages of other sites may show."""
    picture = render(request, "complaints/portal/sites/badge.svg", content_type="image/svg+xml")
    picture.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return picture


# ---- Whom it is for: what was understood, to choose from, and the search for an agency and a topic by oneself. ----


_STEP = "agency"


@for_everybody
@read_or_post
def new_agency(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Offer what was understood, and the search; once an agency is known without a topic, ask for that."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    if request.method != "POST" and filing_steps.typed_is_what_open(draft):
        return to_step("new-what", draft)
    if request.method != "POST" and filing.is_over(draft, at=at):
        return filing.over_page(request, draft)
    if request.method != "POST":
        return _agency_page(request, draft, filing_steps.unpack(draft, _STEP), at)
    take = _take_fit if "fits" in request.POST else _take_agency
    return take(request, writer, draft, at)


def _agency_page(request: HttpRequest, draft: Draft, held: Typed | None, at: datetime) -> HttpResponse:
    is_fit = held is not None and "fits" in held.data
    form = _search(draft, held.data if held and not is_fit else None, at)
    found = understood(draft, at=at) if draft.has_words else NOTHING_UNDERSTOOD
    fit = FitForm(held.data if held and is_fit else None, understood=found)
    return _render(request, draft, form, fit, at)


def _render(
    request: HttpRequest, draft: Draft, form: AgencyStepForm, fit: FitForm, at: datetime, status: int = 200
) -> HttpResponse:
    context = step_context(form, draft, at, understood=fit.understood) | {
        "fit": fit,
        "summary": fit if fit.is_bound else form,
        "needs_topic": draft.agency is not None and draft.topic is None,
        "can_receive": drafting.can_receive(draft.agency, at=at),
        "offer": owners.for_draft(draft, at=at) if draft.agency_unknown and draft.topic else None,
    }
    return render(request, "complaints/portal/filing/new_agency.html", context, status=status)


def _search(draft: Draft, data: Any, at: datetime) -> AgencyStepForm:
    return AgencyStepForm(data, draft=draft, agencies=_AGENCIES.rows(on=timezone.localdate(at)))


_AGENCIES: Final = CompiledRead(lambda _shape, *, on: Agency.objects.complainable(on=on), is_prepared=True)


# ---- the presses ----


def _take_fit(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    if not draft.is_begun:
        return to_step("new-what", draft)
    form = FitForm(request.POST, understood=understood(draft, at=at))
    if not form.is_valid():
        return _refuse(request, writer, draft, form, at)
    drafting.save_draft(draft, writer, at=at, typed="", **form.chosen)
    return to_step(drafting.step_after_agency(draft), draft)


def _take_agency(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    form = _search(draft, request.POST, at)
    if not form.is_valid():
        return _refuse(request, writer, draft, form, at)
    try:
        drafting.save_draft(draft, writer, at=at, typed="", **form.chosen)
    except TooManyDrafts:
        say_too_many(form, writer)
        return _render(request, draft, form, FitForm(understood=NOTHING_UNDERSTOOD), at, status=TOO_MANY_REQUESTS)
    if not form.needs_topic:
        return to_step(drafting.step_after_agency(draft), draft)
    if draft.agency:
        words = {"agency": draft.agency.name}
        messages.success(request, gettext("You chose %(agency)s. Now choose the topic below.") % words)
    return to_step("new-agency", draft, "topics")


def _refuse(
    request: HttpRequest, writer: Writer, draft: Draft, form: AgencyStepForm | FitForm, at: datetime
) -> HttpResponse:
    """Keep the press with the draft and lead to its page, which says what is wrong."""
    try:
        drafting.save_draft(draft, writer, at=at, typed=filing_steps.pack(_STEP, request.POST))
    except TooManyDrafts:
        say_too_many(form, writer)
        search = form if isinstance(form, AgencyStepForm) else _search(draft, None, at)
        fit = form if isinstance(form, FitForm) else FitForm(understood=NOTHING_UNDERSTOOD)
        return _render(request, draft, search, fit, at, status=TOO_MANY_REQUESTS)
    return to_step("new-agency", draft)


# ---- the topics of another agency, for the script ----


@for_everybody
@require_safe
def new_topics(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Return the topics that an agency offers, as the part of the page that the script replaces."""
    agencies = Agency.objects.complainable(on=timezone.localdate(timezone.now()))
    agency = get_object_or_404(agencies, code=request.GET.get("agency", ""))
    draft = Draft(kind=kind, agency=agency, **writer.owns())
    form = AgencyStepForm(draft=draft, agencies=[agency])
    return render(request, "complaints/portal/filing/_topics.html", {"form": form})
