"""The forms of the audit: drawing a round, scoring an answer, settling a difference."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import Card, ChoiceCardsField, Form, NumberField, ParagraphField
from reports.forms import PeriodForm
from reports.models.audits import CRITERIA, REMARK_LENGTH, Verdict
from reports.periods import Preset

#: The largest sample of one agency: more than anybody scores.
_MOST: Final = 500
_YES, _PARTLY, _NO = _("Yes"), pgettext_lazy("points", "Partly"), _("No")


class DrawForm(PeriodForm):
    """The days of a round, all of them over, how many answers of each agency, and the share that two people score."""

    must_be_over: ClassVar[bool] = True

    size = NumberField(
        min=1,
        max=_MOST,
        label=_("Answers of each agency"),
        help_text=_("An agency that gave fewer answers is audited in all of them."),
    )
    second_percent = NumberField(min=0, max=100, label=_("Of 100 answers, how many are scored by two people?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        last_month = Preset.LAST_MONTH.period(today)
        initial = {
            "first": last_month.first,
            "last": last_month.last,
            "size": settings.AUDIT_SAMPLE_SIZE,
            "second_percent": settings.AUDIT_SECOND_PERCENT,
        }
        super().__init__(data, initial=initial, today=today)


def _points(question: Any, *, two: Any, one: Any, none: Any) -> ChoiceCardsField:
    cards = (Card("2", _YES, two), Card("1", _PARTLY, one), Card("0", _NO, none))
    return ChoiceCardsField(cards=cards, label=question, error_messages={"required": _("Choose one of the three")})


class ScoreForm(Form):
    """The rubric: five criteria from 0 to 2, the verdict, and a remark."""

    answers_question = _points(
        _("Does it answer what was asked?"),
        two=_("Everything that was asked"),
        one=_("A part of it"),
        none=_("Something else, or nothing"),
    )
    says_what_was_done = _points(
        _("Does it say what was found or done, when, and who did it?"),
        two=_("What, when and who"),
        one=_("One or two of the three"),
        none=_("None of the three"),
    )
    plain_words = _points(
        _("Is it in plain words?"),
        two=_("Anybody understands it"),
        one=_("With an effort"),
        none=_("Only an expert does"),
    )
    promise_has_date = _points(
        _("Does every promise have a date?"),
        two=_("A date, or nothing is promised"),
        one=_("A span such as “this month”"),
        none=_("Promised without a date"),
    )
    respectful = _points(
        _("Is it respectful?"),
        two=_("Takes the person seriously"),
        one=_("Curt"),
        none=_("Blames or belittles"),
    )
    verdict = ChoiceCardsField(
        cards=[
            Card(Verdict.GENUINE, Verdict.GENUINE.label, _("The person now knows what was found or done")),
            Card(Verdict.HOLLOW, Verdict.HOLLOW.label, _("The person knows no more than before")),
        ],
        label=_("The verdict"),
        error_messages={"required": _("Choose the verdict")},
    )
    remark = ParagraphField(max=REMARK_LENGTH, rows=2, required=False, label=_("Remark"))

    @property
    def points(self) -> dict[str, int]:
        """Return the points of a valid form by criterion."""
        return {name: int(self.cleaned_data[name]) for name in CRITERIA}


class SettleForm(Form):
    """The verdict of a third person, and the reason."""

    verdict = ChoiceCardsField(
        cards=[Card(verdict.value, verdict.label) for verdict in Verdict],
        label=_("The verdict"),
        error_messages={"required": _("Choose the verdict")},
    )
    because = ParagraphField(min=SHORTEST_TEXT, max=REMARK_LENGTH, rows=3, label=_("Reason"))
