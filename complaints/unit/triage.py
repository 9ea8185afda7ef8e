"""Cases without an owner: triage, referral, archiving, and the trial of a routing rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, cast
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, UNIT_HEAD
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Governorate, RoutingRule, Topic, current_calendar
from complaints import actions
from complaints.actions.classification import NoActiveOfficer
from complaints.actions.precedents import SHORTEST_WORDS, WORDS_LENGTH, PrecedentDraft
from complaints.case_text.tags import ref, user_text
from complaints.models import Attachment, Case, CaseQuerySet
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import rulings
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.permissions.rulings import AgencyEnded
from complaints.staff import rows
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.forms import SHORTEST_TEXT, AgencyChoiceForm, other_agencies, refer_button, suggestion_list
from complaints.staff.frame import frame
from complaints.staff.rows import MOST_URGENT, TRIAGE, QueueRow, WorkList, urgent_cases, urgent_first
from complaints.suggestions import owners
from complaints.suggestions.owners import OpenCase, Proposal, try_rule
from complaints.visibility.redaction import StaffVisibility
from complaints.workflow import Action, State
from kit import keyset
from kit.compiled_reads import CompiledRead
from kit.components.kept import number_address
from kit.components.marks import due, tag
from kit.forms import CHOOSE, Form, LineField, ParagraphField
from kit.fragments import Fragment
from kit.keyset import PAGE, KeysetPage, Order
from kit.typed_text import isolated

# ---- The forms that refer a case to an agency, and that close it without referral. ----


class ReferForm(AgencyChoiceForm):
    """The agency the unit sends a case to; a new start of the time limit needs its reason."""

    agency = forms.ChoiceField(label=_("Refer to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )
    resets_limit = forms.BooleanField(
        required=False, label=_("Count the deadline from today instead of the filing date")
    )
    keeps = forms.BooleanField(
        required=False,
        label=_("Save this decision as a precedent"),
        help_text=_(
            "When someone files or refers a case on this topic with these words, we suggest this agency. Only staff "
            "who refer cases see your reason."
        ),
    )
    words = LineField(
        max=WORDS_LENGTH,
        min=SHORTEST_WORDS,
        required=False,
        label=_("Words that identify similar cases"),
        help_text=_("A few words that describe the matter. Do not name anyone here or in the reason."),
    )
    everywhere = forms.BooleanField(required=False, label=_("Apply it in every governorate, not only this one"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, agencies: Sequence[Agency], wished: str = ""
    ) -> None:
        super().__init__(data, agencies=agencies)
        self.fields["agency"].initial = wished if wished in self.agencies else ""
        self.is_ruling = rulings.needs_ruling(case)
        if not case.bounces or case.topic is None:
            for name in ("keeps", "words", "everywhere"):
                del self.fields[name]
        elif case.governorate_id is None:
            del self.fields["everywhere"]
        self.fields["reason"].required = self.is_ruling

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a new start or of a precedent, and for the words of the latter."""
        cleaned = super().clean() or {}
        has_no_reason = "reason" in cleaned and not cleaned["reason"]
        if has_no_reason and cleaned.get("resets_limit"):
            self.add_error("reason", _("Enter why the deadline is counted from today"))
        elif has_no_reason and cleaned.get("keeps"):
            self.add_error("reason", _("Enter the reason for deciding similar cases this way"))
        if cleaned.get("keeps") and "words" in cleaned and not cleaned["words"]:
            self.add_error("words", _("Enter the words that identify similar cases"))
        return cleaned

    @property
    def precedent(self) -> PrecedentDraft | None:
        """Return under which words the ruling is kept, None where it is not."""
        if not self.cleaned_data.get("keeps"):
            return None
        everywhere = self.cleaned_data.get("everywhere", True)
        return PrecedentDraft(self.cleaned_data["words"], everywhere=everywhere)


class ArchiveForm(Form):
    """Why this is not a case; the citizen reads it."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Reason for the citizen"),
        help_text=_("Say why no agency can handle this, and where the citizen can turn instead."),
    )


# ---- The cases that wait for an owner. ----


_ORDER: Final = Order("deadline_at")
#: Counting stops here: the menu says 99+.
MOST_COUNTED = 100
#: Maximum number of voice notes listed, the oldest.
MOST_VOICES = 20


def triage_page(user: User, *, at: datetime, after: str = "") -> KeysetPage[Case]:
    """Return a page of the cases at the desk of ``user`` without an owner, the urgent first, then by deadline."""
    mark, (shape, values) = keyset.read(after), reader_shape(user, at=at)
    begins = {"moment": mark[0], "key": mark[1]} if mark else {}
    found = _PAGE.rows(shape, **values, **begins)
    return _ORDER.first_page(found) if mark else urgent_first(found, _ORDER)


def _waiting(shape: ReaderShape, values: Mapping[str, Any]) -> CaseQuerySet:
    reader = cast("User", shape.reader(values))
    return Case.objects.at_desk_of(reader, at=ANY_MOMENT).filter(state=State.TRIAGE)


def _page(shape: ReaderShape, **values: Any) -> CaseQuerySet:
    mark = (values["moment"], values["key"]) if "moment" in values else None
    waiting = _waiting(shape, values)
    ids = _ORDER.after(waiting, mark).order_by(*_ORDER.columns).values("pk")[: PAGE + 1]
    if mark is None:
        ids = ids.union(urgent_cases(waiting, _ORDER).values("pk")[:MOST_URGENT], all=True)
    return owners.with_reasons(Case.objects.filter(pk__in=ids)).order_by(*_ORDER.columns)


_PAGE: Final = CompiledRead(_page, is_prepared=True)


def number_waiting(user: User, *, at: datetime) -> int:
    """Return how many cases at the desk of ``user`` wait for an owner, at most ``MOST_COUNTED``."""
    shape, values = reader_shape(user, at=at)
    return len(_COUNTED.rows(shape, **values))


_COUNTED: Final = CompiledRead(
    lambda shape, **values: _waiting(shape, values).order_by().values_list("pk", flat=True)[:MOST_COUNTED]
)


@dataclass(frozen=True)
class Line:
    """A case of the page: its suggestions, its row, and what follows the address of its page and of its actions."""

    item: OpenCase
    row: QueueRow[Case]
    suffix: str
    action_suffix: str


def lines(cases: Sequence[Case], user: User, *, after: str, at: datetime, calendar: WorkingCalendar) -> list[Line]:
    """Return the lines of a page whose ``after`` is that mark; each action leads on to the line below."""
    query = urlencode({"view": TRIAGE} | ({"after": after} if after else {}))
    found = []
    for item, following in pairwise([*owners.opened(cases, at=at), None]):
        if item is not None:
            here = WorkList(query, following.case.reference if following else "")
            row = rows.queue_row(item.case, user, at=at, calendar=calendar)
            found.append(Line(item, row, here.suffix, here.action_suffix))
    return found


def unwritten_voices(user: User, *, at: datetime) -> Sequence[Attachment]:
    """Return the voice notes that agencies may not hear and nobody has written down, of open cases ``user`` may see."""
    shape, values = reader_shape(user, at=at)
    return _UNWRITTEN.rows(shape, **values)


def _unwritten(shape: ReaderShape, **values: Any) -> QuerySet[Attachment]:
    reader = cast("User", shape.reader(values))
    cases = Case.objects.visible_to(reader, at=ANY_MOMENT).filter(hides_identity=True).exclude(state=State.CLOSED)
    voices = Attachment.objects.unwritten_voices().filter(case__in=cases.order_by())
    return voices.select_related("case")[:MOST_VOICES]


_UNWRITTEN: Final = CompiledRead(_unwritten)


# ---- The lines of triage as markup: addresses, texts and escaping prepared once a line. ----


#: Characters of the citizen's words that triage shows.
MOST_SHOWN: Final = 400
_LINE: Final = Fragment(
    "complaints/unit/triage/_line.html",
    *("number", "opened", "due", "marks", "subject", "about", "facts", "words", "why", "suggestions", "other_topic"),
    *("refer_address", "case_address", "classify_address", "archive_address", "best"),
)
_DOT: Final = " · "


def line_rows(lines: Sequence[Line], reader: StaffVisibility, http: HttpRequest, *, opened: str) -> SafeString:
    """Return the markup of ``lines`` for ``reader``; the case with the number ``opened`` is open."""
    return _LINE.fill([_cells(line, reader, http) | _state(line, opened) for line in lines])


def _state(line: Line, opened: str) -> dict[str, str]:
    is_open = line.item.case.reference == opened
    return {"opened": SafeString(" open" if is_open else "")}


def _cells(line: Line, reader: StaffVisibility, http: HttpRequest) -> dict[str, str]:
    item, case, suffix = line.item, line.item.case, line.action_suffix
    best = refer_button(item, item.able[0], action_suffix=suffix, names_agency=True) if item.able else ""
    return {
        "number": case.reference,
        "due": due(on=line.row.on, note=line.row.countdown.words, level=line.row.countdown.level),
        "marks": tag(text=gettext("Urgent: danger to life"), kind="bad") if case.is_urgent else "",
        "subject": format_html("<bdi>{}</bdi>", isolated(str(reader.subject(case)))),
        "about": _about(line),
        "facts": _facts(item, http),
        "words": user_text({"request": http}, Truncator(case.details).chars(MOST_SHOWN), lines=True),
        "why": _why_here(item, http),
        "suggestions": _suggestions(item, http, suffix),
        "other_topic": _other_topic(item),
        "refer_address": number_address("desk-refer", case.reference) + suffix,
        "case_address": number_address("desk-case", case.reference) + line.suffix,
        "classify_address": number_address("desk-classify", case.reference) + suffix,
        "archive_address": number_address("desk-archive", case.reference) + suffix,
        "best": best,
    }


def _about(line: Line) -> SafeString:
    bounces = line.item.case.bounces
    parts = [ref(line.item.case.reference), line.row.age_words]
    if bounces > 1:
        words = ngettext("came back %(times)s time", "came back %(times)s times", bounces)
        parts.append(words % {"times": bounces})
    return _joined(parts)


def _facts(item: OpenCase, http: HttpRequest) -> SafeString:
    case = item.case
    person = user_text({"request": http}, case.citizen.short_name)
    named = [part.name for part in (case.topic, case.governorate) if part]
    return _joined([case.get_kind_display(), person, *named])


def _joined(parts: Sequence[str]) -> SafeString:
    found = format_html("{}", parts[0])
    for part in parts[1:]:
        found = format_html("{}{}{}", found, _DOT, part)
    return found


def _why_here(item: OpenCase, http: HttpRequest) -> SafeString:
    if refusal := item.refusal:
        said = user_text({"request": http}, refusal.text, lines=True)
        reason, agency = refusal.get_reason_display(), refusal.agency.name
        text = format_html('<p><b>{}</b> – {}</p><div class="quote">{}</div>', reason, agency, said)
        return format_html("<h3>{}</h3>{}", gettext("Why the case came back"), text)
    return format_html("<h3>{}</h3><p>{}</p>", gettext("Why the case is here"), _why_nobody_has_it(item))


def _why_nobody_has_it(item: OpenCase) -> str:
    if item.chosen is None:
        return gettext("The citizen did not know the agency.")
    if item.case.topic and item.case.topic.withheld_from_agency:
        text = gettext("The citizen chose %(agency)s. Cases on this topic are not sent to the agency they are about.")
    else:
        text = gettext("The citizen chose %(agency)s, which has no active liaison officer.")
    return text % {"agency": item.chosen.name}


def _suggestions(item: OpenCase, http: HttpRequest, suffix: str) -> SafeString:
    if not item.suggestions:
        return SafeString("")
    found = suggestion_list(item, http, action_suffix=suffix, has_keys=True)
    return format_html("<div><h3>{}</h3>{}</div>", gettext("Suggested agencies"), found)


def _other_topic(item: OpenCase) -> str:
    if item.topic is None:
        return ""
    about = {"topic": item.topic, "words": item.topic_words, "own": item.case.topic, "correct": item.case}
    return render_to_string("complaints/staff/_other_topic.html", about)


# ---- The triage of the unit: cases without an agency, referred to one or closed with a reason. ----


@staff_required(CMU)
@require_safe
def triage(request: HttpRequest) -> HttpResponse:
    """Show the cases that wait for an owner, by deadline, the refusal's reason beside the citizen's words."""
    user, at, after = signed_in_user(request), timezone.now(), request.GET.get("after", "")
    page = triage_page(user, at=at, after=after)
    listed = lines(page.rows, user, after=after, at=at, calendar=current_calendar())
    context = {
        "lines": listed,
        "line_rows": line_rows(listed, StaffVisibility(user, at), request, opened=request.GET.get("open", "")),
        "next": f"?{urlencode({'after': page.next})}" if page.next else "",
        "first": "?" if after else "",
        "voices": unwritten_voices(user, at=at),
        **frame(user, at=at, counts={TRIAGE: number_waiting(user, at=at)}),
    }
    return render(request, "complaints/unit/triage/triage.html", context)


@action_page(Action.REFER, "complaints/unit/triage/refer.html")
def refer(request: ActionRequest) -> HttpResponse:
    """Send the case to an agency; from another one it is taken back first."""
    on = timezone.localdate(request.at)
    form = _refer_form(request, agencies=other_agencies(request.case, on=on))
    if not request.is_sent(form) or not _refer(request, form):
        item = owners.for_case(request.case, at=request.at)
        return request.page(item=item, suggestions=suggestion_list(item, request.http) if item else "")
    words = {"agency": form.chosen_agency.name}
    return request.done(
        gettext("You referred the case to %(agency)s. The agency and the citizen are being told.") % words
    )


def _refer_form(request: ActionRequest, *, agencies: Sequence[Agency]) -> ReferForm:
    """Return the form as it was sent, or as it opens: with the agency whose button was pressed where one has to write.

    A ruling needs a reason, for which a button of one press has no field: that is no mistake of whoever pressed it.
    """
    data, wished = request.data, request.http.GET.get("agency", "")
    if data is not None and "reason" not in data and rulings.needs_ruling(request.case):
        wished, data = data.get("agency", ""), None
    return ReferForm(data, case=request.case, agencies=agencies, wished=wished)


def _refer(request: ActionRequest, form: ReferForm) -> bool:
    agency, said = form.chosen_agency, {name: form.cleaned_data[name] for name in ("reason", "resets_limit")}
    try:
        actions.refer(request.case, by=request.user, at=request.at, agency=agency, precedent=form.precedent, **said)
    except NoActiveOfficer:
        text = gettext(
            "%(agency)s has no active liaison officer today and cannot receive cases. Choose another agency."
        )
        form.add_error("agency", text % {"agency": agency.name})
        return False
    except AgencyEnded:
        form.add_error("agency", gettext("This agency no longer exists. Choose another agency."))
        return False
    return True


@action_page(Action.ARCHIVE, "complaints/unit/triage/archive.html")
def archive(request: ActionRequest) -> HttpResponse:
    """Close what no agency can take on, with a reason the citizen reads."""
    form = ArchiveForm(request.data)
    if not request.is_sent(form):
        return request.page()
    actions.archive(request.case, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    return request.done(gettext("You closed the case. The citizen is being told and can read your reason."))


# ---- The form of a routing rule that is tried before it is saved. ----


class TryRuleForm(AgencyChoiceForm):
    """Topic, place and agency of a rule, and the rule it would replace; ``proposal`` once it is valid.

    A chosen rule says what the boxes left empty do not.
    """

    rule = forms.ChoiceField(required=False, label=_("Rule to change"))
    topic = forms.ChoiceField(required=False, label=_("Topic or group of topics"))
    governorate = forms.ChoiceField(required=False, label=_("Governorate"))
    place = LineField(max=80, required=False, label=_("Town"), help_text=_("In Arabic, as people write it"))
    agency = forms.ChoiceField(label=_("Agency the rule would assign"))

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        rules: Sequence[RoutingRule],
        topics: Sequence[Topic],
        governorates: Sequence[Governorate],
        agencies: Sequence[Agency],
    ) -> None:
        super().__init__(data, agencies=agencies)
        self.rules = {str(rule.pk): rule for rule in rules}
        self.topics = {topic.code: topic for topic in topics}
        self.places = {governorate.code: governorate for governorate in governorates}
        self.offer_choices("rule", [(key, str(rule)) for key, rule in self.rules.items()], empty=_("A new rule"))
        self.offer_choices("topic", [(code, _indented(topic)) for code, topic in self.topics.items()], empty=CHOOSE)
        places = [(code, governorate.name) for code, governorate in self.places.items()]
        self.offer_choices("governorate", places, empty=_("Everywhere"))

    def clean(self) -> dict[str, Any]:
        """Ask for the topic of a new rule, and for the governorate of a town."""
        cleaned = super().clean() or {}
        rule = self.rules.get(cleaned.get("rule", ""))
        if rule is None and not cleaned.get("topic") and "topic" in cleaned:
            self.add_error("topic", _("Choose the topic of the rule"))
        if cleaned.get("place") and not (cleaned.get("governorate") or (rule and rule.governorate)):
            self.add_error("governorate", _("Choose the governorate of the place"))
        return cleaned

    @property
    def proposal(self) -> Proposal:
        """Return the rule to try."""
        said = self.cleaned_data
        rule = self.rules.get(said["rule"])
        topic = self.topics.get(said["topic"]) or (rule.topic if rule else None)
        if topic is None:
            message = "a form without a topic is not valid"
            raise ValueError(message)
        governorate = self.places.get(said["governorate"]) or (rule.governorate if rule else None)
        place = said["place"] or (rule.place_ar if rule else "")
        return Proposal(topic, governorate, place, self.chosen_agency, replaces=rule)


def _indented(topic: Topic) -> str:
    return f"— {topic.name}" if topic.parent_id else topic.name


# ---- A routing rule tried on the cases of the last 30 days; nothing is changed. ----


@staff_required(CMU)
@require_safe
def try_out(request: HttpRequest) -> HttpResponse:
    """Ask for a rule and show which cases of the last 30 days would have another owner by it."""
    user, at = signed_in_user(request), timezone.now()
    on = timezone.localdate(at)
    rules = RoutingRule.objects.select_related("topic", "governorate", "agency")
    form = TryRuleForm(
        request.GET or None,
        rules=[rule for rule in rules if rule.holds(on)],
        topics=_in_groups(list(Topic.objects.filter(is_active=True))),
        governorates=list(Governorate.objects.all()),
        agencies=list(Agency.objects.complainable(on=on)),
    )
    context = {"form": form, **frame(user, at=at)}
    if form.is_bound and form.is_valid():
        proposal = form.proposal
        trial = try_rule(proposal, scope=Case.objects.at_desk_of(user, at=at), at=at)
        may_save = user.authority(at).has(UNIT_HEAD)
        context |= {"trial": trial, "proposal": proposal, "save_url": _save_url(proposal) if may_save else ""}
    return render(request, "complaints/unit/rules/try_rule.html", context)


def _in_groups(topics: list[Topic]) -> list[Topic]:
    """Return each group followed by its topics."""
    groups = [topic for topic in topics if topic.parent_id is None]
    return [topic for group in groups for topic in (group, *(topic for topic in topics if topic.parent_id == group.pk))]


def _save_url(proposal: Proposal) -> str:
    """Return where the head of the unit saves the rule from a day on, in place of the one it replaces."""
    filled = {
        "topic": proposal.topic.pk,
        "governorate": proposal.governorate.pk if proposal.governorate else "",
        "place_ar": proposal.place,
        "agency": proposal.agency.pk,
        "replaces": proposal.replaces.pk if proposal.replaces else "",
    }
    return f"{reverse('directory-add', args=['rules'])}?{urlencode(filled)}"
