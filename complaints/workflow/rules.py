"""The types of a row of the table of actions."""

from __future__ import annotations

from dataclasses import dataclass

from django_stubs_ext import StrPromise

from complaints.workflow.terms import Actor, ClockKind, Party, State


@dataclass(frozen=True)
class Tell:
    """One message owed by an action: to whom, which template, and for which target states (empty: for all).

    ``if_dated``: only where the action gives the citizen another date. ``if_untold``: only where it cancels a promise
    to the citizen that has not left.
    """

    party: Party
    template: str
    into: frozenset[State] = frozenset()
    if_dated: bool = False
    if_untold: bool = False


@dataclass(frozen=True, kw_only=True)
class TimelineText:
    """The entry of an action in the citizen's timeline.

    ``title`` and the texts may contain ``%(agency)s`` (the office that acted), ``%(owner)s`` (the agency that has the
    case afterwards) and ``%(unit)s``; without a ``title`` that of the kind of case is used. ``text_in_triage`` replaces
    ``text`` where the action leads to triage. ``detail`` names the property of the event whose label is put before the
    text, ``day`` the property with the day at its end; without that day there is no text. With ``only_with`` the entry
    exists only where that property is set. ``has_quote``: the entry quotes what was written with the action.
    """

    title: StrPromise | str = ""
    text: StrPromise | str = ""
    text_in_triage: StrPromise | str = ""
    colour: str = ""
    detail: str = ""
    day: str = ""
    only_with: str = ""
    has_quote: bool = False


@dataclass(frozen=True, kw_only=True)
class ActionRule:
    """One row of the table.

    ``label`` and ``colour`` (you, ok, wait, bad or nothing) are those of the desk's history. ``sources`` is empty for
    the action that creates a case; without ``targets`` the state stays as it is. Of two ``targets`` triage is for a
    case without an agency; an action that ``resumes`` leads back to the state the case came from.

    ``overtakes`` names the templates whose messages are cancelled if they have not been sent yet: they would ask for
    something that is done already, or are no longer true. A receipt is never among them: it proves the day of filing.

    ``by_link``: it can be done through a signed link. ``is_previewed``: its message to the citizen does not depend on
    the form, so that the page can show it at once. ``fulfils``: the clocks that wait for it; any other action that
    leaves the state only stops them. ``timeline`` is None for actions that are internal to the offices.
    ``is_for_own_desk``: only the desk that wrote a text with it, and the unit, read that text.
    """

    label: StrPromise
    who: frozenset[Actor]
    sources: frozenset[State] = frozenset()
    targets: frozenset[State] = frozenset()
    colour: str = ""
    tells: tuple[Tell, ...] = ()
    overtakes: frozenset[str] = frozenset()
    resumes: bool = False
    by_link: bool = False
    is_previewed: bool = False
    fulfils: frozenset[ClockKind] = frozenset()
    timeline: TimelineText | None = None
    is_for_own_desk: bool = False

    @property
    def changes_state(self) -> bool:
        """Tell whether the action is a transition."""
        return bool(self.targets)

    @property
    def is_quoted_to_citizen(self) -> bool:
        """Tell whether the citizen's timeline quotes what was written with the action."""
        return self.timeline is not None and self.timeline.has_quote

    @property
    def is_citizens(self) -> bool:
        """Tell whether only the citizen does it, in person or through somebody who speaks for them."""
        return self.who <= CALLER


def those[T](*members: T) -> frozenset[T]:
    """Return the set of ``members``."""
    return frozenset(members)


DESK = those(Actor.OFFICER, Actor.SUPERVISOR)
STAFF = DESK | {Actor.CMU}
#: A centre comes through its interface, whose signature was checked.
DESK_OR_CENTRE = DESK | {Actor.CENTRE}
#: The citizen, and whoever speaks for them by a mandate.
PERSON = those(Actor.CITIZEN, Actor.REPRESENTATIVE)
CALLER = PERSON | {Actor.AGENT}
#: Who writes answers, and who signs the answer of somebody else.
WRITERS, SIGNERS = DESK, those(Actor.SUPERVISOR, Actor.SIGNER)

#: Messages that promise the citizen a reply by a date.
PROMISES_TO_CITIZEN = those("case_accepted", "case_new_date", "case_upheld")
#: Messages that name the promised date: no longer true once the date or the agency changes.
PROMISES = PROMISES_TO_CITIZEN | those("officer_upheld")
#: Messages that remind staff of a date: pointless once it is kept, moved or another office's.
REMINDERS = those("officer_reminder", "officer_due")
#: Messages that tell the agency it has something to do: pointless once the case is elsewhere.
AT_THE_DESK = (
    those("officer_new_case", "officer_praise", "officer_reply", "officer_lapsed", "officer_added") | REMINDERS
)
