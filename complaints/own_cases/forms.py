"""The forms on a citizen's own case: reply, add information, object, correct."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from agencies.models import TopicQuestion
from complaints.actions.objections import SHORTEST_OBJECTION
from complaints.actions.topic_answers import corrected
from complaints.attachments.fields import UploadForm
from complaints.case_text.kinds import words_of_kind
from complaints.filing.question_form import TopicQuestionsForm
from complaints.models import Case
from complaints.models.case import DETAILS_LENGTH, SUBJECT_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.workflow import WithdrawalReason
from kit.forms import Card, ChoiceCardsField, Form, LineField, ParagraphField


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
