"""What one row of the table of actions says."""

from __future__ import annotations

from dataclasses import dataclass

from django_stubs_ext import StrPromise

from complaints.workflow.terms import Actor, ClockKind, Party, State


@dataclass(frozen=True)
class Tell:
    """One message owed by an action: to whom, which template, and into which states (empty: all it leads to)."""

    party: Party
    template: str
    into: frozenset[State] = frozenset()


@dataclass(frozen=True)
class Quote:
    """Whose words an action carries into the conversation, and in which of the texts written with it they stand."""

    by_citizen: bool = False
    texts: tuple[str, ...] = ("first",)


@dataclass(frozen=True, kw_only=True)
class TimelineText:
    """How the citizen's timeline says an action.

    ``title`` and the texts may name ``%(agency)s`` (the office that acted), ``%(owner)s`` (whose the case is after it)
    and ``%(unit)s``; without a ``title`` the kind of case has its own. ``text_in_triage`` replaces ``text`` where the
    action leads to triage. ``detail`` names the property of the event whose label stands before the text, ``day`` the
    one that is the day at its end, without which there is no text. With ``only_with`` the entry exists only where that
    property is set.
    """

    title: StrPromise | str = ""
    text: StrPromise | str = ""
    text_in_triage: StrPromise | str = ""
    colour: str = ""
    detail: str = ""
    day: str = ""
    only_with: str = ""
    has_quote: bool = True


@dataclass(frozen=True, kw_only=True)
class ActionRule:
    """One row of the table.

    ``label`` and ``colour`` (you, ok, wait, bad or nothing) are those of the desk's history. ``sources`` is empty for
    the action that creates a case; without ``targets`` the state stays as it is. Of two ``targets`` triage is for a
    case without an agency; an action that ``resumes`` leads back to the state the case came from.

    ``overtakes`` names the templates whose messages are cancelled when they have not left yet: those that would ask
    for what is done, or say what is no longer so. A receipt is never among them: it proves the day of filing.

    ``by_link``: it can be done through a signed link. ``is_previewed``: its message to the citizen is the same whatever
    its form says, so that the page shows it at once. ``fulfils``: the clocks that wait for it; any other action that
    leaves the state only stops them. ``timeline`` is None for what is the offices' own affair. ``is_for_own_desk``:
    what is written with it is read by the desk that wrote it and by the unit alone.
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
    quote: Quote | None = None
    timeline: TimelineText | None = None
    is_for_own_desk: bool = False

    @property
    def changes_state(self) -> bool:
        """Tell whether the action is a transition."""
        return bool(self.targets)

    @property
    def is_quoted_to_citizen(self) -> bool:
        """Tell whether the citizen's timeline quotes what was written with the action."""
        return self.quote is not None and self.timeline is not None and self.timeline.has_quote


def those[T](*members: T) -> frozenset[T]:
    """Return the set of ``members``."""
    return frozenset(members)


DESK = those(Actor.OFFICER, Actor.SUPERVISOR)
STAFF = DESK | {Actor.CMU}
CALLER = those(Actor.CITIZEN, Actor.AGENT)
#: Who writes answers, and who signs what another wrote.
WRITERS, SIGNERS = DESK, those(Actor.SUPERVISOR, Actor.SIGNER)

#: What promises a reply by a date: untrue once the date moves or the case does.
PROMISES = those("case_accepted", "case_new_date", "case_upheld", "officer_upheld")
#: What reminds staff of a date: pointless once it is kept, moved or somebody else's.
REMINDERS = those("officer_reminder", "officer_due")
#: What tells the agency that it has something to do: pointless once the case is elsewhere.
AT_THE_DESK = those("officer_new_case", "officer_reply", "officer_lapsed", "officer_added") | REMINDERS
