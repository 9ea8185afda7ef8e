"""What all doors share of a citizen's own case: finding it, its lists, its forms, and doing what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.db.models import Case as Choice, Q, When
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from accounts.models import Citizen, MandateOver, User
from accounts.rate_limits import HOUR, RateLimit
from agencies.models import TopicQuestion
from complaints import reference
from complaints.actions.answers import corrected
from complaints.actions.filing import TooManyToday
from complaints.actions.objections import SHORTEST_OBJECTION, RatedElsewhere
from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED, UploadForm
from complaints.case_text.deadline import Lateness, late_cases
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import owed_words
from complaints.case_text.timeline import Status, citizen_status
from complaints.engine.transition import TransitionNotAllowed
from complaints.filing.forms import TopicQuestionsForm
from complaints.models import Case, CaseQuerySet, Rating, Solved
from complaints.models.case import DETAILS_LENGTH, SUBJECT_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import policy
from complaints.permissions.readers import with_parts
from complaints.visibility.redaction import Person
from complaints.workflow import Kind, State, WithdrawalReason
from kit.compiled_reads import CompiledRead
from kit.forms import Card, ChoiceCardsField, Form, LineField, ParagraphField

# ---- The door to a case of one's own, and doing an action on it that may come too late. ----


def load_own_case(user: User, ref: str, *, at: datetime) -> Case:
    """Return the citizen's case ``ref``, or that of a person for whom they speak.

    Raises Http404, alike for a missing one and another's, and ``MandateOver`` to whom a mandate opened it once.
    """
    if user.is_staff:
        return get_object_or_404(Case.objects.visible_to(user, at=at).for_page(), reference=ref)
    case = _OWN.first(user=user.pk, reference=ref, at=at)
    if case is None:
        if (last := policy.last_mandate(ref, user)) is not None:
            raise MandateOver(last)
        raise Http404
    return case


def _own(_shape: None, *, user: UUID, reference: str, at: datetime) -> CaseQuerySet:
    citizen = User(pk=user)
    return with_parts(Case.objects.visible_to(citizen, at=at).for_page()).filter(reference=reference)


_OWN: Final = CompiledRead(_own, is_prepared=True)


def room_for_files(case: Case) -> int:
    """Return how many files more the citizen may add to ``case``."""
    return max(0, uploads.MOST_FILES - case.attachments.from_citizen().count())


TOO_MANY = _("You have reached today's limit. Please continue tomorrow, or call us. What you wrote is still here.")


def try_action(
    form: forms.Form, action: Callable[[], object], *, within: AbstractContextManager[None] | None = None
) -> bool:
    """Do ``action`` and tell whether it was done; a case that has changed meanwhile becomes an error of ``form``.

    ``within`` is what happens with it, such as ``sending``, which raises ``AlreadySent`` for a repeated sending.
    """
    try:
        with within or nullcontext():
            action()
    except TransitionNotAllowed:
        text = gettext("This is no longer possible because your case has changed. What you wrote is still here.")
        form.add_error(None, forms.ValidationError(text, code="overtaken"))
    except RatedElsewhere:
        text = gettext(
            "You have already rated this answer, perhaps in another window. Nothing was changed. If what you wrote "
            "here is to replace it, open the rating again and change it."
        )
        form.add_error(None, forms.ValidationError(text, code="overtaken"))
    except TooManyToday:
        form.add_error(None, forms.ValidationError(TOO_MANY, code="too_many"))
    except uploads.NotStored:
        form.add_error("attachments", forms.ValidationError(NOT_STORED, code="not_stored"))
    else:
        return True
    return False


# ---- A citizen's own cases: those for the home page, and the pages of the two tabs. ----


PAGE = 10
#: Open cases on the home page.
NEWEST = 2
#: Cases that wait for their citizen, shown before the others; more than that are on the pages that follow.
MOST_WAITING = 10


@dataclass(frozen=True)
class OwnCaseRow:
    """One case in a list of its citizen: its status, how late it is, and who owes what by which day."""

    case: Case
    status: Status
    late: Lateness | None
    owes: str
    on: date | None


@dataclass(frozen=True)
class CasePage:
    """One page of a tab: ``waiting`` need their citizen, ``after`` is where the next page starts, empty on the last."""

    waiting: Sequence[OwnCaseRow]
    rows: Sequence[OwnCaseRow]
    after: str


def home_cases(citizen: Citizen, *, at: datetime) -> dict[str, Any]:
    """Return the case that waits longest for the citizen, and of the open ones the late and then the newest."""
    own = _listing_own(citizen).exclude(state=State.CLOSED)
    waiting = own.filter(state=State.WAITING).order_by("deadline_at", "pk").first()
    late_first = When(Q(deadline_at__lt=at) & ~Q(state=State.WAITING), then=0)
    newest = own.order_by(Choice(late_first, default=1), "-filed_at", "-pk")[:NEWEST]
    return {"waiting": waiting, "newest": rows(newest, at=at)}


def list_cases(citizen: Citizen, *, is_open: bool, at: datetime, after: str = "") -> CasePage:
    """Return a page of the citizen's open or closed cases, newest first, beginning after the number ``after``.

    Open cases that wait for the citizen stand before the others of the first page.
    """
    own = _listing_own(citizen)
    waiting = list(own.filter(state=State.WAITING).order_by("deadline_at", "pk")[:MOST_WAITING]) if is_open else []
    others = own.filter(~Q(state=State.CLOSED) if is_open else Q(state=State.CLOSED))
    rest = others.exclude(pk__in=[case.pk for case in waiting])
    found = list(_after(rest, citizen, after)[: PAGE + 1])
    first = [] if after else waiting
    found_rows = rows([*first, *found[:PAGE]], at=at)
    return CasePage(
        found_rows[: len(first)], found_rows[len(first) :], found[PAGE - 1].reference if len(found) > PAGE else ""
    )


def _after(cases: CaseQuerySet, citizen: Citizen, after: str) -> CaseQuerySet:
    """Return those behind the number ``after``, whatever has become of that case since the page before was read."""
    own = Case.objects.filter(citizen=citizen, reference=after).values_list("filed_at", "pk")
    mark = own.first() if reference.is_valid(after) else None
    if mark is None:
        return cases
    return cases.filter(filed_at__lte=mark[0]).exclude(filed_at=mark[0], pk__gte=mark[1])


def _listing_own(citizen: Citizen) -> CaseQuerySet:
    return Case.objects.filter(citizen=citizen).for_listing().order_by("-filed_at", "-pk")


def rows(cases: Iterable[Case], *, at: datetime) -> list[OwnCaseRow]:
    """Return the rows that show ``cases`` in a list."""
    found = list(cases)
    late = late_cases(found, at=at)
    return [_row(case, late.get(case.pk)) for case in found]


def _row(case: Case, late: Lateness | None) -> OwnCaseRow:
    on = timezone.localdate(case.deadline_at) if case.deadline_at and case.is_open else None
    return OwnCaseRow(case, citizen_status(case), late, owed_words(case) if on else "", on)


# ---- The forms on a citizen's own case: reply, add information, object, correct. ----


class ReplyForm(UploadForm):
    """The answer to the open question, with files."""

    text = ParagraphField(
        max=TEXT_LENGTH, rows=4, label=_("Your answer"), error_messages={"required": _("Write your answer")}
    )
    field_order = ("text", "attachments")


class AddForm(UploadForm):
    """Something more about the case, with files."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=5,
        label=_("What do you want to add?"),
        error_messages={"required": _("Write what you want to add")},
    )
    field_order = ("text", "attachments")


class ObjectForm(Form):
    """Why the citizen does not accept the answer."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_OBJECTION,
        rows=6,
        label=_("Why do you object?"),
        help_text=_("Say what is wrong with the answer or what was not done. The agency can read this too."),
        error_messages={"required": _("Write why you object")},
    )


class WithdrawForm(Form):
    """Why the citizen withdraws the case, if they want to say it."""

    because = ChoiceCardsField(
        cards=[Card(reason.value, reason.label) for reason in WithdrawalReason],
        required=False,
        label=_("Why are you withdrawing it?"),
    )


class AmendForm(TopicQuestionsForm):
    """The citizen's own words and answers, as long as no agency has accepted them."""

    subject = LineField(max=SUBJECT_LENGTH, label=_("Subject in one line"))
    details = ParagraphField(max=DETAILS_LENGTH, rows=7, label=_("Details"))
    area = LineField(max=120, required=False, label=_("Area or district"))
    place = LineField(max=200, required=False, label=_("Describe the place"))

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, case: Case, questions: Sequence[TopicQuestion] = ()
    ) -> None:
        names = ("subject", "details", "area", "place")
        super().__init__(data, initial={name: getattr(case, name) for name in names})
        self.fields["details"].help_text = words_of_kind(case.kind).hint
        self._before = list(case.topic_answers.all())
        before = {answer.question_id: answer for answer in self._before}
        # What was asked as another kind of question stays as it was answered.
        asked = [
            question for question in questions if question.pk not in before or before[question.pk].kind == question.kind
        ]
        self.ask(
            asked,
            {question.code: before[question.pk].answer_en for question in asked if question.pk in before},
            before=before,
        )
        self.order_fields(("subject", "details", *(bound.name for bound in self.asked)))

    @property
    def words(self) -> dict[str, Any]:
        """Return the words and the answers as they are to stand from now on."""
        return {**self.other_values, "answers": corrected(self.questions, self.given_answers, self._before)}


# ---- The form on which a citizen says whether the answer helped. ----


#: More ratings by one account than anybody gives.
SENT_BY_ACCOUNT: Final = RateLimit("rating_sent_by", 20, HOUR)
#: How the citizen answers: the labels of ``Solved`` are those of staff.
SOLVED_CARDS = (
    Card(Solved.YES, pgettext_lazy("was it solved?", "Yes")),
    Card(Solved.PARTLY, pgettext_lazy("was it solved?", "Partly")),
    Card(Solved.NO, pgettext_lazy("was it solved?", "No")),
)
TREATED_CARDS = (
    Card("1", _("Very badly")),
    Card("2", _("Badly")),
    Card("3", _("Neither well nor badly")),
    Card("4", _("Well")),
    Card("5", _("Very well")),
)


class RatingForm(Form):
    """Whether it is solved, how the citizen was treated, and words; ``count`` is how often it was rated before."""

    solved = ChoiceCardsField(
        cards=SOLVED_CARDS, label=_("Is the problem solved?"), error_messages={"required": _("Choose one of the three")}
    )
    treated = ChoiceCardsField(cards=TREATED_CARDS, required=False, label=_("How were you treated?"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("What do you want to say about it?"),
        help_text=_("The agency can read this. If the problem is not solved, say what is still missing."),
    )
    count = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, kind: str, count: int, rating: Rating | None = None
    ) -> None:
        initial: dict[str, Any] = {"count": count}
        if rating is not None:
            initial |= {"solved": rating.solved, "treated": str(rating.treated or ""), "text": rating.text}
        super().__init__(data, initial=initial)
        if kind != Kind.COMPLAINT:
            self.fields["solved"].label = _("Did the answer help you?")

    @property
    def said(self) -> dict[str, Any]:
        """Return what the citizen says, as ``rate`` takes it."""
        treated = self.cleaned_data["treated"]
        return {
            "solved": self.cleaned_data["solved"],
            "treated": int(treated) if treated else None,
            "text": self.cleaned_data["text"],
            "count": self.cleaned_data["count"] or 0,
        }


# ---- What a citizen writes about a case of their own, as the agency will read it: shown before it is sent. ----
#
# Only to whoever stays unnamed, and only where something is covered: every other text the agency reads as it was
# written.


#: The hidden field by which a press says which text was shown.
SEEN: Final = "agency_seen"


@dataclass(frozen=True)
class AgencyPreview:
    """The texts as the agency will read them, what says that they were shown, and whether files came with them."""

    texts: tuple[str, ...]
    digest: str
    had_files: bool = False


def preview_unless_seen(case: Case, form: forms.Form, *names: str, seen: str) -> AgencyPreview | None:
    """Return how the agency will read the fields ``names`` of a valid ``form``; None where there is nothing to show.

    That is where the person is named to the agency or no agency gets the case, where nothing is covered, and where
    just this was shown: ``seen`` is the digest of what was.
    """
    if not (form.is_bound and form.is_valid()) or not case.hides_identity or _is_withheld(case):
        return None
    typed = tuple(filter(None, (str(form.cleaned_data.get(name) or "") for name in names)))
    person = Person.of(case.citizen)
    read = tuple(person.redact(text) for text in typed)
    digest = _digest(typed)
    return None if read == typed or seen == digest else AgencyPreview(read, digest)


def _is_withheld(case: Case) -> bool:
    return case.topic is not None and case.topic.withheld_from_agency


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
