"""The texts of the four kinds on the citizen's pages: an Arabic sentence depends on the gender of the noun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.models import Mandate
from agencies.models import Agency
from complaints.models import Case
from complaints.workflow import Action, Kind, Outcome, State

type Text = str | StrPromise


@dataclass(frozen=True)
class KindWords:
    """The texts of one kind."""

    icon: str
    noun: Text
    example: Text
    start: Text
    question: Text
    topic_question: Text
    hint: Text
    check: Text
    send: Text
    received: Text
    another: Text
    sent: Text
    written_down: Text
    correct: Text
    withdraw: Text
    withdraw_question: Text
    #: What its citizen did by withdrawing it, is told at once, and is warned of before.
    withdrew: Text
    is_withdrawn: Text
    will_be_closed: Text
    #: Links to its page.
    back: Text
    track: Text
    open: Text


WORDS: dict[str, KindWords] = {
    Kind.COMPLAINT: KindWords(
        icon="horn",
        noun=_("Complaint"),
        example=_("A late service, a mistake, or a problem in a public place"),
        start=_("Make a complaint"),
        question=_("What happened?"),
        topic_question=_("What is the complaint about?"),
        hint=_("When did it start? Who is affected? Did you contact the agency? Do not write bank card numbers."),
        check=_("The complaint"),
        send=_("Send the complaint"),
        received=_("We have your complaint"),
        another=_("Make another complaint"),
        sent=_("You sent the complaint"),
        written_down=_("We recorded your complaint by phone"),
        correct=_("Correct the complaint"),
        withdraw=_("Withdraw the complaint"),
        withdraw_question=_("Withdraw the complaint?"),
        withdrew=_("You withdrew the complaint"),
        is_withdrawn=_("Your complaint is withdrawn. You can send a new one at any time."),
        will_be_closed=_("Your complaint will be closed permanently. It cannot be reopened."),
        back=_("Back to the complaint"),
        track=_("Track the complaint"),
        open=_("Open the complaint"),
    ),
    Kind.SUGGESTION: KindWords(
        icon="idea",
        noun=_("Suggestion"),
        example=_("An idea that makes a service better or cheaper"),
        start=_("Make a suggestion"),
        question=_("What do you suggest?"),
        topic_question=_("What is the suggestion about?"),
        hint=_("What would change, who would benefit, and how would you do it?"),
        check=_("The suggestion"),
        send=_("Send the suggestion"),
        received=_("We have your suggestion"),
        another=_("Make another suggestion"),
        sent=_("You sent the suggestion"),
        written_down=_("We recorded your suggestion by phone"),
        correct=_("Correct the suggestion"),
        withdraw=_("Withdraw the suggestion"),
        withdraw_question=_("Withdraw the suggestion?"),
        withdrew=_("You withdrew the suggestion"),
        is_withdrawn=_("Your suggestion is withdrawn. You can send a new one at any time."),
        will_be_closed=_("Your suggestion will be closed permanently. It cannot be reopened."),
        back=_("Back to the suggestion"),
        track=_("Track the suggestion"),
        open=_("Open the suggestion"),
    ),
    Kind.INQUIRY: KindWords(
        icon="ask",
        noun=_("Inquiry"),
        example=_("A question about a service, its rules or the documents you need"),
        start=_("Ask a question"),
        question=_("What do you want to know?"),
        topic_question=_("What is the inquiry about?"),
        hint=_("Tell us which service you need and which documents you already have."),
        check=_("The inquiry"),
        send=_("Send the inquiry"),
        received=_("We have your inquiry"),
        another=_("Ask another question"),
        sent=_("You sent the inquiry"),
        written_down=_("We recorded your inquiry by phone"),
        correct=_("Correct the inquiry"),
        withdraw=_("Withdraw the inquiry"),
        withdraw_question=_("Withdraw the inquiry?"),
        withdrew=_("You withdrew the inquiry"),
        is_withdrawn=_("Your inquiry is withdrawn. You can send a new one at any time."),
        will_be_closed=_("Your inquiry will be closed permanently. It cannot be reopened."),
        back=_("Back to the inquiry"),
        track=_("Track the inquiry"),
        open=_("Open the inquiry"),
    ),
    Kind.PRAISE: KindWords(
        icon="star",
        noun=_("Praise"),
        example=_("Thanks to a person or an agency that served you well"),
        start=_("Give praise"),
        question=_("Who served you well?"),
        topic_question=_("What is the praise for?"),
        hint=_("Where and when did it happen, and what did they do well? You do not have to name anyone."),
        check=_("The praise"),
        send=_("Send the praise"),
        received=_("We have your praise"),
        another=_("Give praise again"),
        sent=_("You sent the praise"),
        written_down=_("We recorded your praise by phone"),
        correct=_("Correct the praise"),
        withdraw=_("Withdraw the praise"),
        withdraw_question=_("Withdraw the praise?"),
        withdrew=_("You withdrew the praise"),
        is_withdrawn=_("Your praise is withdrawn. You can give praise again at any time."),
        will_be_closed=_("Your praise will be closed permanently. It cannot be reopened."),
        back=_("Back to the praise"),
        track=_("Track the praise"),
        open=_("Open the praise"),
    ),
}


def words_of_kind(kind: str) -> KindWords:
    """Return the texts of ``kind``."""
    return WORDS[kind]


# ---- How the life of each kind of case reads for its citizen, where it differs from that of a complaint. ----


_PASSES_ON = _("Passes your thanks on by")
_BEING_PASSED_ON = pgettext_lazy("status of a case", "Being passed on")

#: What the holder owes by the date of the promise card.
OWED: Final[Mapping[tuple[str, str], StrPromise]] = {
    (Kind.PRAISE, State.REFERRED): _PASSES_ON,
    (Kind.PRAISE, State.IN_PROGRESS): _PASSES_ON,
    (Kind.SUGGESTION, State.IN_PROGRESS): _("Considers your suggestion and tells you the decision by"),
    (Kind.INQUIRY, State.IN_PROGRESS): _("Answers your question by"),
}
#: The status of an open case, which is also the word of its stage.
STATUS: Final[Mapping[tuple[str, str], StrPromise]] = {
    (Kind.PRAISE, State.REFERRED): _BEING_PASSED_ON,
    (Kind.PRAISE, State.IN_PROGRESS): _BEING_PASSED_ON,
    (Kind.SUGGESTION, State.IN_PROGRESS): pgettext_lazy("status of a case", "Being considered"),
}
#: The status of a closed case.
ENDED: Final[Mapping[str, StrPromise]] = {
    Outcome.THANKED: pgettext_lazy("status of a case", "Delivered"),
    Outcome.ADOPTED: pgettext_lazy("status of a case", "Adopted"),
    Outcome.NOT_ADOPTED: pgettext_lazy("status of a case", "Not adopted"),
}
#: The title of the closing in the timeline, where it is not simply an answer.
DECIDED: Final[Mapping[str, StrPromise]] = {
    Outcome.ADOPTED: _("Decided by %(agency)s"),
    Outcome.NOT_ADOPTED: _("Decided by %(agency)s"),
}
#: The last stage while the case is open.
LAST_STAGE: Final[Mapping[str, StrPromise]] = {
    Kind.PRAISE: pgettext_lazy("status of a case", "Delivered"),
    Kind.SUGGESTION: pgettext_lazy("status of a case", "Decision"),
}


# ---- The agency that a citizen chose and that did not get the case. ----


def wished_agency(case: Case) -> Agency | None:
    """Return the agency chosen when filing, while the case is with the unit because that agency could not receive it.

    None too for a topic that is withheld from agencies. Two statements for a case in triage, none for any other.
    """
    if case.state != State.TRIAGE or (case.topic is not None and case.topic.withheld_from_agency):
        return None
    filed = case.events.filter(action=Action.FILE, to_state=State.TRIAGE)
    key = filed.values_list("facts__chosen_agency", flat=True).first()
    return Agency.objects.filter(pk=key).first() if key else None


# ---- Who did something on a case for its citizen: a representative by a mandate, with both people named. ----


def spoken_by(mandate: Mandate | None) -> str:
    """Return who spoke for whom, for these two people; empty for a citizen who acted in person."""
    if mandate is None:
        return ""
    names = {
        "representative": mandate.representative.full_name if mandate.representative else "",
        "ground": mandate.get_ground_display(),
        "person": mandate.person.full_name if mandate.person else "",
    }
    return gettext("%(representative)s (%(ground)s) for %(person)s") % names


def spoken_for_citizen(mandate: Mandate | None) -> str:
    """Return who acted, for staff: the names stand where the citizen's does, and not in the history."""
    if mandate is None:
        return gettext("the citizen")
    return gettext("a representative (%(ground)s) for the citizen") % {"ground": mandate.get_ground_display()}
