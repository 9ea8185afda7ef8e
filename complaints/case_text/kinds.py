"""The texts of the four kinds on the citizen's pages: an Arabic sentence depends on the gender of the noun."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from complaints.workflow import Kind

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
