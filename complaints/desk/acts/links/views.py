"""Linking a case to another one, and ending a link."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from django.http import HttpResponse
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django_stubs_ext import StrPromise

from complaints import actions, reference
from complaints.actions import linked_cases, links as refusals
from complaints.desk.acts.links.forms import LinkForm, UnlinkForm
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, LinkKind
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.suggestions.similar import similar_to, wording
from complaints.visibility.identity import StaffVisibility
from complaints.workflow import Action, State


@action_page(Action.LINK, "complaints/desk/acts/links/link.html")
def link(request: ActionRequest) -> HttpResponse:
    """Link the case to another one, as the same problem or as related."""
    case, followers = request.case, linked_cases.open_followers(request.case)
    form = LinkForm(request.data, case=case, alike=_alike(request), user=request.user, at=request.at)
    form.asks_to_move = bool(followers)
    if request.data is not None and form.is_valid() and form.other is not None:
        linked_cases.lock([case.pk, form.other.pk, *followers])
    if not request.is_sent(form):
        return request.page()
    if refusal := _refusal(request, form):
        form.add_error("number", refusal)
        return request.page()
    if form.cleaned_data["kind"] == LinkKind.RELATED:
        return request.done(gettext("The cases are linked as related. Each gets a separate answer."))
    return request.done(gettext("The cases are linked. One answer goes to both."))


def _refusal(request: ActionRequest, form: LinkForm) -> str:
    """Link the two, or return why they cannot be linked."""
    # Copies: what is taken back must not stand on the page that says why.
    case, lead = (copy(case_) for case_ in form.pair)
    moving = form.cleaned_data.get("move", False)
    try:
        actions.link(case, lead, form.cleaned_data["kind"], by=request.user, at=request.at, moving=moving)
    except refusals.LinkRefused as refused:
        form.asks_to_move = form.asks_to_move or isinstance(refused, refusals.HasFollowers)
        return _why(refused, request, case)
    except NotEntitled:
        return gettext("This case is not with you: you can read it but not link it")
    except TransitionNotAllowed as refused:
        if refused.state == State.CLOSED and form.other is not None and case.pk != lead.pk:
            return gettext("One of the two cases is closed. Only open cases can be linked")
        raise
    return ""


#: Why two cases cannot be linked, where no number has to be said.
_WHY: dict[type[refusals.LinkRefused], StrPromise] = {
    refusals.OneCase: _("This is the same case. Enter another tracking number"),
    refusals.LinkedAlready: _("These two cases are already linked"),
    refusals.OtherAgency: _("The other case is with another agency. Only the CMU can give both one answer"),
    refusals.HasFollowers: _(
        "The case to be linked is itself a main case. Tick the box below to move its linked cases too"
    ),
    refusals.TooManyFollowers: _(
        "The main case already has the maximum number of linked cases. Choose another main case"
    ),
}


def _why(refused: refusals.LinkRefused, request: ActionRequest, follower: Case) -> str:
    """Return why the two cannot be linked, without a word of a case that the person may not open."""
    match refused:
        case refusals.LeadFollows() | refusals.HasLead() if not _open_to(request, refused.lead.pk):
            return gettext("You cannot link these two cases. Ask the CMU to do it")
        case refusals.LeadFollows():
            text = gettext(
                "The case selected as the main case is itself linked under %(lead)s. Link to %(lead)s instead"
            )
            return text % {"lead": reference.grouped(refused.lead.reference)}
        case refusals.HasLead():
            text = gettext("The case to be linked is already linked under %(lead)s. Remove that link first")
            return text % {"lead": reference.grouped(refused.lead.reference)}
        case refusals.HasFollowers() if refused.number == _open_to(request, *linked_cases.open_followers(follower)):
            text = ngettext(
                "The case to be linked is itself the main case of %(number)s case. Tick the box below to move that "
                "case too",
                "The case to be linked is itself the main case of %(number)s cases. Tick the box below to move those "
                "cases too",
                refused.number,
            )
            return text % {"number": refused.number}
    return str(_WHY[type(refused)])


def _open_to(request: ActionRequest, *cases: int) -> int:
    """Return how many of ``cases`` the person may open."""
    return Case.objects.visible_to(request.user, at=request.at).filter(pk__in=cases).count()


def _alike(request: ActionRequest) -> Sequence[Case]:
    """Return open cases that look like this one, those linked already left out."""
    case = request.case
    scope = Case.objects.at_desk_of(request.user, at=request.at).exclude(state=State.CLOSED)
    unknown = scope.exclude(pk__in=linked_cases.linked_ids(case))
    text = wording(case.subject, case.details)
    return [case_.case for case_ in similar_to(text, scope=unknown, exclude=case, place=case.governorate)]


@action_page(Action.UNLINK, "complaints/desk/acts/links/unlink.html")
def unlink(request: ActionRequest) -> HttpResponse:
    """End one of the links of the case."""
    links = linked_cases.open_links(request.case, request.user, at=request.at)
    if not links:
        return request.refuse(gettext("This case is not linked to any other case."))
    form = UnlinkForm(request.data, case=request.case, links=links, reader=StaffVisibility(request.user, request.at))
    if request.data is not None and form.is_valid():
        linked_cases.lock([form.chosen.case_id, form.chosen.lead_id])
    if not request.is_sent(form):
        return request.page()
    try:
        actions.unlink(form.chosen, by=request.user, at=request.at)
    except NotEntitled:
        form.add_error("link", gettext("This case is not with you: you can read it but not change its links"))
        return request.page()
    return request.done(gettext("The link was removed. Each case is now handled separately."))
