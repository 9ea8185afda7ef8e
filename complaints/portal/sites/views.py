"""The embedded form, which needs no cookie and no script, and opens the main site in the end; and the badge.

A browser may keep the cookies of this site from a frame of another one, and from what is sent out of it. So the frame
only shows a form; its press opens a page of ours in a tab of its own, which stores nothing and sets no cookie; and the
press on that page, which is ours alone, begins the draft.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from agencies.models import AgencySite, OutsideCentre
from complaints.case_text.known_problems import offered_problems
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.preselection import TOPIC, active_site
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal.filing.steps import TOO_MANY_REQUESTS, say_too_many, to_step
from complaints.portal.filing.writer import for_everybody
from complaints.portal.sites.forms import EmbeddedForm
from complaints.workflow import Kind
from kit.shared_answers import kept_by_everybody

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
