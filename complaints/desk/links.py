"""Links of a case to other cases, and the known problems of an agency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrPromise

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, SUPERVISION
from agencies.models import PROBLEM_LENGTH, Agency, City, Governorate, KnownProblem, Topic
from complaints import actions, reference
from complaints.actions import links as actions_known_problems
from complaints.actions.links import ProblemText
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseLink, LinkKind
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.suggestions.similar import similar_to, wording
from complaints.unsent_forms import keeps_unsent_form_until_redirect, last_words, sending
from complaints.visibility.redaction import StaffVisibility
from complaints.workflow import Action, Kind, State
from kit.forms import CHOOSE, Card, ChoiceCardsField, DayBoxField, Form, LineField, ParagraphField, TimeBoxField
from kit.unit import unit_name

#: Longest text that can be a tracking number, with spaces or dashes in it.
LONGEST_NUMBER = 20
#: Which of the two is answered.
THIS, OTHER = "this", "other"


class LinkForm(Form):
    """The other case, by its number or from those that look alike, how they belong together, and which one leads.

    Once the form is valid ``other`` is that case. ``move`` is asked only where somebody follows the one that is to
    follow: ``asks_to_move``.
    """

    alike = ChoiceCardsField(required=False, label=_("Similar cases"))
    number = LineField(
        max=LONGEST_NUMBER,
        required=False,
        label=_("Tracking number of the other case"),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}),
    )
    kind = ChoiceCardsField(
        label=_("What kind of link is it?"),
        error_messages={"required": _("Choose the kind of link")},
        cards=[
            Card(LinkKind.SAME_PROBLEM, LinkKind.SAME_PROBLEM.label, _("One answer goes to all of them.")),
            Card(LinkKind.RELATED, LinkKind.RELATED.label, _("Each gets a separate answer.")),
        ],
    )
    leads = ChoiceCardsField(
        label=_("Which is the main case?"),
        error_messages={"required": _("Choose the main case")},
        cards=[
            Card(OTHER, _("The other case is the main case"), _("Its answer also closes this case.")),
            Card(THIS, _("This case is the main case"), _("Its answer also closes the other case.")),
        ],
    )
    move = forms.BooleanField(required=False, label=_("Move its linked cases too"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, alike: Sequence[Case], user: User, at: datetime
    ) -> None:
        super().__init__(data, initial={"kind": LinkKind.SAME_PROBLEM, "leads": OTHER})
        self.case, self.user, self.at = case, user, at
        self.other: Case | None = None
        self.asks_to_move = False
        if alike:
            reader = StaffVisibility(user, at)
            cards = [
                Card(case_.reference, reader.subject(case_), reference.grouped(case_.reference)) for case_ in alike
            ]
            self.offer("alike", cards)
        else:
            del self.fields["alike"]

    def clean_number(self) -> str:
        """Refuse what is no tracking number."""
        typed: str = self.cleaned_data["number"]
        number = reference.parse(typed) if typed else ""
        if number is None:
            raise ValidationError(_("This number is not right. A tracking number has 10 digits"), code="invalid")
        return number

    def clean(self) -> dict[str, Any]:
        """Find the other case among those the person may open."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        number = cleaned["number"] or cleaned.get("alike", "")
        if not number:
            self.add_error("number", _("Enter the tracking number of the other case"))
            return cleaned
        self.other = Case.objects.visible_to(self.user, at=self.at).filter(reference=number).first()
        if self.other is None:
            self.add_error("number", _("There is no case with this number that you can open"))
        return cleaned

    @property
    def pair(self) -> tuple[Case, Case]:
        """Return the case that follows and the one that leads."""
        assert self.other is not None  # noqa: S101 - the form is valid
        leads = self.cleaned_data["leads"] == THIS
        return (self.other, self.case) if leads else (self.case, self.other)


class UnlinkForm(Form):
    """The link to end; once the form is valid ``chosen`` is it."""

    link = ChoiceCardsField(
        label=_("Which link do you want to remove?"),
        error_messages={"required": _("Choose the link you want to remove")},
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, links: Sequence[CaseLink], reader: StaffVisibility
    ) -> None:
        super().__init__(data, initial={"link": str(links[0].pk) if len(links) == 1 else ""})
        self.links = {str(link.pk): link for link in links}
        others = {key: link.lead if link.case_id == case.pk else link.case for key, link in self.links.items()}
        named = {key: (reader.subject(other), reference.grouped(other.reference)) for key, other in others.items()}
        self.offer("link", [Card(key, *words) for key, words in named.items()])

    @property
    def chosen(self) -> CaseLink:
        """Return the link that ends."""
        return self.links[self.cleaned_data["link"]]


# ---- Linking a case to another one, and ending a link. ----


@action_page(Action.LINK, "complaints/desk/acts/links/link.html")
def link(request: ActionRequest) -> HttpResponse:
    """Link the case to another one, as the same problem or as related."""
    case, followers = request.case, actions_known_problems.open_followers(request.case)
    form = LinkForm(request.data, case=case, alike=_alike(request), user=request.user, at=request.at)
    form.asks_to_move = bool(followers)
    if request.data is not None and form.is_valid() and form.other is not None:
        actions_known_problems.lock([case.pk, form.other.pk, *followers])
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
    except actions_known_problems.LinkRefused as refused:
        form.asks_to_move = form.asks_to_move or isinstance(refused, actions_known_problems.HasFollowers)
        return _why(refused, request, case)
    except NotEntitled:
        return gettext("This case is not with you: you can read it but not link it")
    except TransitionNotAllowed as refused:
        if refused.state == State.CLOSED and form.other is not None and case.pk != lead.pk:
            return gettext("One of the two cases is closed. Only open cases can be linked")
        raise
    return ""


#: Why two cases cannot be linked, where no number has to be said.
_WHY: dict[type[actions_known_problems.LinkRefused], StrPromise] = {
    actions_known_problems.OneCase: _("This is the same case. Enter another tracking number"),
    actions_known_problems.LinkedAlready: _("These two cases are already linked"),
    actions_known_problems.OtherAgency: _(
        "The other case is with another agency. Only the CMU can give both one answer"
    ),
    actions_known_problems.HasFollowers: _(
        "The case to be linked is itself a main case. Tick the box below to move its linked cases too"
    ),
    actions_known_problems.TooManyFollowers: _(
        "The main case already has the maximum number of linked cases. Choose another main case"
    ),
}


def _why(refused: actions_known_problems.LinkRefused, request: ActionRequest, follower: Case) -> str:
    """Return why the two cannot be linked, without a word of a case that the person may not open."""
    match refused:
        case actions_known_problems.LeadFollows() | actions_known_problems.HasLead() if not _open_to(
            request, refused.lead.pk
        ):
            return gettext("You cannot link these two cases. Ask the CMU to do it")
        case actions_known_problems.LeadFollows():
            text = gettext(
                "The case selected as the main case is itself linked under %(lead)s. Link to %(lead)s instead"
            )
            return text % {"lead": reference.grouped(refused.lead.reference)}
        case actions_known_problems.HasLead():
            text = gettext("The case to be linked is already linked under %(lead)s. Remove that link first")
            return text % {"lead": reference.grouped(refused.lead.reference)}
        case actions_known_problems.HasFollowers() if refused.number == _open_to(
            request, *actions_known_problems.open_followers(follower)
        ):
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
    unknown = scope.exclude(pk__in=actions_known_problems.linked_ids(case))
    text = wording(case.subject, case.details)
    return [case_.case for case_ in similar_to(text, scope=unknown, exclude=case, place=case.governorate)]


@action_page(Action.UNLINK, "complaints/desk/acts/links/unlink.html")
def unlink(request: ActionRequest) -> HttpResponse:
    """End one of the links of the case."""
    links = actions_known_problems.open_links(request.case, request.user, at=request.at)
    if not links:
        return request.refuse(gettext("This case is not linked to any other case."))
    form = UnlinkForm(request.data, case=request.case, links=links, reader=StaffVisibility(request.user, request.at))
    if request.data is not None and form.is_valid():
        actions_known_problems.lock([form.chosen.case_id, form.chosen.lead_id])
    if not request.is_sent(form):
        return request.page()
    try:
        actions.unlink(form.chosen, by=request.user, at=request.at)
    except NotEntitled:
        form.add_error("link", gettext("This case is not with you: you can read it but not change its links"))
        return request.page()
    return request.done(gettext("The link was removed. Each case is now handled separately."))


# ---- The form of a known problem. ----


#: A problem lasts no longer: after that people are to complain again.
LONGEST: Final = timedelta(days=60)
#: How far ahead one is announced.
MOST_AHEAD: Final = timedelta(days=60)
#: What the choices send for the unit, and before the code of a governorate or the key of a place.
UNIT, GOVERNORATE, CITY = "unit", "g:", "c:"
COUNTRY = _("The whole country")


class KnownProblemForm(Form):
    """A known problem in both languages: whose, about what, where, and from when until when.

    ``agencies`` are those the user publishes for; None among them is the unit. Where there is one, it is not asked.
    """

    agency = forms.ChoiceField(label=_("Who publishes it"))
    topic = forms.ChoiceField(label=pgettext_lazy("of a case", "Topic"))
    area = forms.ChoiceField(required=False, label=_("Where"))
    text_ar = ParagraphField(
        max=PROBLEM_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("What people read, in Arabic"),
        help_text=_("What happened, where exactly, and what is being done. Everybody reads it: name no person."),
    )
    text_en = ParagraphField(max=PROBLEM_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("What people read, in English"))
    starts_on = DayBoxField(label=_("First day"))
    starts_time = TimeBoxField(label=_("From what time"))
    ends_on = DayBoxField(label=_("Last day"))
    ends_time = TimeBoxField(
        label=_("Until what time"),
        help_text=_(
            "It ends automatically then, and everybody who joined is told. "
            "You can end it earlier, or choose a later end."
        ),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        at: datetime,
        agencies: Sequence[Agency | None],
        stored: KnownProblem | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(stored, at))
        self.at, self.stored = at, stored
        self.agencies = {agency.code if agency else UNIT: agency for agency in agencies}
        if len(agencies) == 1 or stored is not None:
            del self.fields["agency"]
        else:
            names = [(code, agency.name if agency else unit_name()) for code, agency in self.agencies.items()]
            self.offer_choices("agency", names, empty=CHOOSE)
        self.topics = _topics(stored)
        self.offer_choices("topic", _grouped(self.topics), empty=CHOOSE)
        self.offer_choices("area", _areas(), empty=COUNTRY)

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the beginning, one that is over already, and spans that are too long or too far."""
        cleaned = super().clean() or {}
        if not {"starts_on", "starts_time", "ends_on", "ends_time"} <= cleaned.keys():
            return cleaned
        starts = _moment(cleaned["starts_on"], cleaned["starts_time"])
        ends = _moment(cleaned["ends_on"], cleaned["ends_time"])
        if ends <= max(starts, self.at):
            self.add_error("ends_on", _("The end must be after the beginning, and in the future"))
        elif ends - starts > LONGEST:
            self.add_error("ends_on", _("Choose an end at most 60 days after the beginning"))
        if starts > self.at + MOST_AHEAD:
            self.add_error("starts_on", _("Choose a beginning within the next 60 days"))
        return cleaned | {"starts_at": starts, "ends_at": ends}

    @property
    def text(self) -> ProblemText:
        """Return what the valid form says."""
        said = self.cleaned_data
        governorate, city = _place(said["area"])
        return ProblemText(
            agency=self._agency(),
            topic=self.topics[said["topic"]],
            governorate=governorate,
            city=city,
            **{name: said[name] for name in ("text_ar", "text_en", "starts_at", "ends_at")},
        )

    def _agency(self) -> Agency | None:
        if self.stored is not None:
            return self.stored.agency
        if "agency" in self.fields:
            return self.agencies[self.cleaned_data["agency"]]
        return next(iter(self.agencies.values()))


def _moment(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))


def _initial(stored: KnownProblem | None, at: datetime) -> dict[str, Any]:
    starts = timezone.localtime(stored.starts_at if stored else at)
    values: dict[str, Any] = {"starts_on": starts.date(), "starts_time": starts.time().replace(second=0, microsecond=0)}
    if stored is None:
        return values
    ends = timezone.localtime(stored.ends_at)
    place = f"{CITY}{stored.city_id}" if stored.city_id else ""
    area = place or (f"{GOVERNORATE}{stored.governorate.code}" if stored.governorate else "")
    said = {"topic": stored.topic.code, "area": area, "text_ar": stored.text_ar, "text_en": stored.text_en}
    return values | said | {"ends_on": ends.date(), "ends_time": ends.time()}


def _topics(stored: KnownProblem | None) -> dict[str, Topic]:
    """Return the topics and groups that complaints are about, and the one of a stored problem."""
    found = Topic.objects.filter(is_active=True, kinds__contains=[Kind.COMPLAINT]).select_related("parent")
    topics = {topic.code: topic for topic in found}
    groups = {topic.parent.code: topic.parent for topic in topics.values() if topic.parent}
    kept = {stored.topic.code: stored.topic} if stored else {}
    return groups | topics | kept


def _grouped(topics: Mapping[str, Topic]) -> list[tuple[str, Any]]:
    """Return the groups, each with itself and its topics."""
    tops = [topic for topic in topics.values() if topic.parent_id is None]
    below = {top.pk: [topic for topic in topics.values() if topic.parent_id == top.pk] for top in tops}
    return [(top.name, [(one.code, one.name) for one in (top, *below[top.pk])]) for top in tops]


def _areas() -> list[tuple[str, Any]]:
    """Return the governorates, each with itself and its places; two statements."""
    governorates = Governorate.objects.prefetch_related("cities")
    return [
        (
            one.name,
            [
                (f"{GOVERNORATE}{one.code}", one.name),
                *((f"{CITY}{city.pk}", city.name) for city in one.cities.all() if city.is_active),
            ],
        )
        for one in governorates
    ]


def _place(area: str) -> tuple[Governorate | None, City | None]:
    """Return the governorate and the place that were chosen; the choice has offered them."""
    if area.startswith(CITY):
        city = City.objects.select_related("governorate").get(pk=area.removeprefix(CITY))
        return city.governorate, city
    return (Governorate.objects.get(code=area.removeprefix(GOVERNORATE)) if area else None), None


# ---- The pages on which the unit and supervisors publish, change and end known problems, and see who joined in
# numbers.


PUBLISHERS: Final = CMU | SUPERVISION
#: Problems that are over are listed for so long.
LISTED_AFTER: Final = timedelta(days=30)
MOST_LISTED: Final = 100
OVER = _("This problem is over and can no longer be changed. Everybody who joined is told.")


@staff_required(PUBLISHERS)
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """List the problems of the own agencies, the unit all: those that last, those that come, those lately over."""
    user, at = signed_in_user(request), timezone.now()
    found = list(_own(user, at).filter(ends_at__gt=at - LISTED_AFTER).order_by("-starts_at", "-pk")[:MOST_LISTED])
    context = {
        "open": [problem for problem in found if problem.is_open(at=at)],
        "later": [problem for problem in found if problem.starts_at > at],
        "over": [problem for problem in found if problem.is_over(at=at)],
        **frame(user, at=at),
    }
    return render(request, "complaints/desk/known_problems/problems.html", context)


def _own(user: User, at: datetime) -> QuerySet[KnownProblem]:
    """Return the problems that ``user`` may change, with the numbers of people who joined and are to be told."""
    authority = user.authority(at)
    problems = KnownProblem.objects.for_reading()
    if not authority.has(CMU):
        problems = problems.filter(agency__in=authority.agencies(SUPERVISION))
    return problems.annotate(people=Count("joins"), untold=Count("joins", filter=Q(joins__told_at=None)))


# ---- written ----


@staff_required(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def new_problem(request: HttpRequest) -> HttpResponse:
    """Publish a problem."""
    return _write(_Writing(request, signed_in_user(request), timezone.now()))


@staff_required(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def change_problem(request: HttpRequest, problem: int) -> HttpResponse:
    """Change a problem; whoever was overtaken keeps what was typed and reads what it says now."""
    user, at = signed_in_user(request), timezone.now()
    return _write(_Writing(request, user, at, stored=get_object_or_404(_own(user, at), pk=problem)))


@dataclass(frozen=True)
class _Writing:
    """A request to publish a problem, or to change the one ``stored``."""

    request: HttpRequest
    user: User
    at: datetime
    stored: KnownProblem | None = None


def _write(writing: _Writing) -> HttpResponse:
    """Store what the form says once it is valid, else show it."""
    request, stored = writing.request, writing.stored
    data = request.POST if request.method == "POST" else None
    agencies = actions_known_problems.publishing_agencies(writing.user, at=writing.at)
    if not agencies:
        raise Http404
    if stored is not None and stored.is_over(at=writing.at):
        messages.warning(request, OVER)
        return last_words(request, redirect("desk-known-problems"), at=writing.at)
    form = KnownProblemForm(data, at=writing.at, agencies=agencies, stored=stored)
    if data is None or not form.is_valid():
        return _page(writing, form)
    try:
        with sending(request, at=writing.at):
            _store(writing, form)
    except actions_known_problems.ProblemOvertaken as overtaken:
        return _page(writing, form, now=overtaken.problem)
    except actions_known_problems.ProblemOver:
        form.add_error(None, OVER)
        return _page(writing, form)
    except actions_known_problems.NoSuchProblem:
        raise Http404 from None
    messages.success(request, gettext("Saved. People who write about this see it from its beginning to its end."))
    return redirect("desk-known-problems")


def _store(writing: _Writing, form: KnownProblemForm) -> None:
    if writing.stored is None:
        actions_known_problems.publish(form.text, by=writing.user, at=writing.at)
        return
    seen = writing.request.POST.get("seen", "")
    actions_known_problems.change(writing.stored.pk, form.text, seen=seen, by=writing.user, at=writing.at)


def _page(writing: _Writing, form: KnownProblemForm, *, now: KnownProblem | None = None) -> HttpResponse:
    context = {
        "form": form,
        "stored": now or writing.stored,
        "is_overtaken": now is not None,
        **frame(writing.user, at=writing.at),
    }
    status = HTTPStatus.CONFLICT if now is not None else HTTPStatus.OK
    return render(writing.request, "complaints/desk/known_problems/write.html", context, status=status)


# ---- ended ----


@staff_required(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def end_problem(request: HttpRequest, problem: int) -> HttpResponse:
    """End a problem, once the person has said so on this page: everybody who joined is told."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(_own(user, at), pk=problem)
    if request.method != "POST":
        context = {"problem": found, "is_over": found.is_over(at=at), **frame(user, at=at)}
        return render(request, "complaints/desk/known_problems/end.html", context)
    try:
        actions_known_problems.end(found.pk, by=user, at=at)
    except actions_known_problems.NoSuchProblem:
        raise Http404 from None
    except actions_known_problems.ProblemOver:
        messages.warning(request, OVER)
    else:
        messages.success(request, gettext("The problem is over. Everybody who joined is told within minutes."))
    return redirect("desk-known-problems")
