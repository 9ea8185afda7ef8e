"""Suggests the owner and the topic of a case, each with a reason, and tries a routing rule before it is saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import agencies_with_officers
from agencies.models import Agency, Governorate, RoutingRule, Topic
from agencies.routing import Matter, owner_by, rules_for
from complaints.actions import precedents
from complaints.models import Case, CaseEvent, CaseQuerySet, Draft, Precedent, Refusal
from complaints.permissions.rulings import has_ended, needs_ruling
from complaints.suggestions.clues import MOST_GUESSES, Clues, Description, Rows, clues_in, clues_to, other_topic
from complaints.suggestions.everyday import words_listed
from complaints.suggestions.suggestion_model import ASKED, Guess
from complaints.workflow import Action, State
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead, numbered


@dataclass(frozen=True)
class Suggestion:
    """One suggested agency and the reason; only an agency with an active officer can receive a case."""

    agency: Agency
    reason: str
    can_receive: bool = True


@dataclass(frozen=True)
class OpenCase:
    """A case in triage: its last refusal, if it came back, the agency its citizen chose, and the suggested owners.

    ``topic`` is the one its text suggests, where that is not its own, by ``topic_words``.
    """

    case: Case
    refusal: Refusal | None
    chosen: Agency | None
    suggestions: Sequence[Suggestion]
    topic: Topic | None = None
    topic_words: str = ""

    @property
    def able(self) -> Sequence[Suggestion]:
        """Return the suggested agencies that can receive the case, the best first."""
        return [suggestion for suggestion in self.suggestions if suggestion.can_receive]

    @property
    def unable(self) -> Sequence[Suggestion]:
        """Return the suggested agencies that cannot, because nobody is there."""
        return [suggestion for suggestion in self.suggestions if not suggestion.can_receive]

    @property
    def needs_ruling(self) -> bool:
        """Tell whether the next referral is a ruling, which needs a reason."""
        return needs_ruling(self.case)


@dataclass(frozen=True)
class SuggestionsForDraft:
    """The suggestions for a draft: agencies with reasons, and the topic that its text suggests."""

    agencies: Sequence[Suggestion] = ()
    topic: Topic | None = None

    def __bool__(self) -> bool:
        return bool(self.agencies or self.topic)


def with_reasons(cases: CaseQuerySet) -> CaseQuerySet:
    """Return ``cases`` with the rows that suggestions and the lines of triage need."""
    related = ("citizen", "topic__parent", "topic__suggested_agency", "governorate")
    return cases.select_related(*related).defer("folded", "search_vector")


def opened(cases: Sequence[Case], *, at: datetime) -> list[OpenCase]:
    """Return each of ``cases`` with its suggestions; the number of statements does not depend on that of the cases."""
    on, keys = timezone.localdate(at), numbered("case", [case.pk for case in cases])
    chosen = {case: agency for case, agency in _CHOSEN.rows(**keys) if agency}
    clues, rows = clues_to(cases, at=at, agencies=chosen.values())
    rulings = precedents.precedents_for(cases, on=on)
    refusals_of: dict[int, list[Refusal]] = defaultdict(list)
    for refusal in _REFUSALS.rows(**keys):
        refusals_of[refusal.case_id].append(refusal)
    found = []
    for case, one in zip(cases, clues, strict=True):
        clue, refusals = _named(one, rows, on=on), refusals_of[case.pk]
        last, wish = (refusals[-1] if refusals else None), rows.agencies.get(chosen.get(case.pk, 0))
        refused = {one.agency_id for one in refusals}
        suggested = [
            *([_proposed(last)] if last else []),
            *(one for one in _suggested(clue, rulings.get(case.pk, [])) if one.agency.pk not in refused),
            *([_wished(wish)] if wish and wish.pk not in refused else []),
        ]
        words = words_listed(clue.other_words)
        found.append(OpenCase(case, last, wish, _without_repeats(suggested), clue.other_topic, words))
    return _with_officers(found, on)


#: The agency that each citizen chose when filing, by the key of the case.
_CHOSEN: Final = CompiledRead(
    lambda _shape, **cases: CaseEvent.objects.filter(case__in=list(cases.values()), action=Action.FILE).values_list(
        "case_id", "facts__chosen_agency"
    ),
    is_prepared=True,
)
_REFUSALS: Final = CompiledRead(
    lambda _shape, **cases: (
        Refusal.objects.standing().filter(case__in=list(cases.values())).select_related("agency", "proposed_agency")
    ),
    is_prepared=True,
)


def for_case(case: Case, *, at: datetime) -> OpenCase | None:
    """Return the case with its suggestions while it waits for an owner, None otherwise."""
    if case.state != State.TRIAGE:
        return None
    (found,) = opened(list(with_reasons(Case.objects.filter(pk=case.pk))), at=at)
    return found


def elsewhere(case: Case, *, at: datetime) -> list[Agency]:
    """Return up to three agencies other than its own that may own ``case``, the likeliest first."""
    (found,) = opened(list(with_reasons(Case.objects.filter(pk=case.pk))), at=at)
    return [one.agency for one in found.suggestions if one.agency.pk != case.agency_id][:MOST_GUESSES]


def topic_read(case: Case, *, at: datetime) -> Topic | None:
    """Return the topic that the text of ``case`` reads like, where that is not its own; one statement at most."""
    key, _words = other_topic(Description.of(case), at=at)
    return Topic.objects.filter(pk=key).first() if key else None


def for_draft(draft: Draft, *, at: datetime) -> SuggestionsForDraft:
    """Return the suggestions for a draft; none where the citizen's own choice needs no help.

    Agencies are suggested where none is chosen, or where the rule for topic and place names another one; never for a
    topic that is withheld from the agency it is about.
    """
    topic = draft.topic
    if topic is None or not draft.has_words:
        return SuggestionsForDraft()
    text = f"{draft.subject} {draft.details}"
    on = timezone.localdate(at)
    (clues,), rows = clues_in(
        [Description(draft.kind, topic, draft.governorate, text, f"{draft.area} {draft.place}")], at=at
    )
    rows.load([clues])
    clue = _named(clues, rows, on=on)
    if topic.withheld_from_agency:
        return SuggestionsForDraft(topic=clue.other_topic)
    if draft.agency is not None:
        return _beside_choice(draft.agency, clue)
    rulings = precedents.fitting(topic, draft.governorate, text, on=on)
    found = _without_repeats(list(_suggested(clue, rulings, _why_in_public)))
    return SuggestionsForDraft([one for one in found if one.agency.is_complainable][:MOST_GUESSES], clue.other_topic)


def _beside_choice(chosen: Agency, clue: _Clue) -> SuggestionsForDraft:
    """Return the suggestions next to the citizen's choice: another agency by rule, or another topic of the same one."""
    owner, topic = clue.owner, clue.other_topic
    names_another = owner is not None and owner != chosen and owner.is_complainable
    return SuggestionsForDraft(
        [_ruled(owner)] if owner and names_another else [], topic if topic and topic.suits(chosen) else None
    )


# ---- what the clues name ----


@dataclass(frozen=True)
class _Clue:
    """The clues to the owner of one case: the rule, the usual agency, guesses from the text, and another topic."""

    owner: Agency | None
    usual: Agency | None
    guesses: Sequence[tuple[Guess, Agency, Topic | None]]
    other_topic: Topic | None
    other_words: Sequence[str] = ()


def _named(clues: Clues, rows: Rows, *, on: date) -> _Clue:
    """Return what ``clues`` name, without agencies that have ended since, or cannot be complained about any more."""
    agencies = {key: row for key, row in rows.agencies.items() if not has_ended(row, on=on)}
    return _Clue(
        owner=agencies.get(clues.owner or 0),
        usual=agencies.get(clues.usual or 0),
        guesses=[
            (guess, agencies[guess.agency], rows.topics.get(guess.topic or 0))
            for guess in clues.guesses
            if guess.agency in agencies and agencies[guess.agency].is_complainable_on(on)
        ],
        other_topic=rows.topics.get(clues.other_topic or 0),
        other_words=clues.other_words,
    )


# ---- the reasons ----


def _why(ruling: Precedent) -> str:
    return gettext("Earlier decision: %(why)s") % {"why": ruling.why}


def _why_in_public(_ruling: Precedent) -> str:
    """Return the reason a citizen reads for a ruling; the unit's own reason was not written for the public."""
    return gettext("A similar case was sent to this agency before")


def _suggested(
    clue: _Clue, rulings: Sequence[Precedent], ruled_why: Callable[[Precedent], str] = _why
) -> Iterator[Suggestion]:
    """Yield the possible owners: by rule, by earlier rulings, by topic, and guessed from the text."""
    if clue.owner:
        yield _ruled(clue.owner)
    for ruling in rulings:
        yield Suggestion(ruling.agency, ruled_why(ruling))
    if clue.usual:
        yield Suggestion(clue.usual, gettext("The usual agency for this topic"))
    for guess, agency, read in clue.guesses:
        yield Suggestion(agency, _reason(guess, read))


def _ruled(agency: Agency) -> Suggestion:
    return Suggestion(agency, gettext("The rule for this topic and place"))


def _proposed(refusal: Refusal) -> Suggestion:
    words = {"agency": refusal.agency.name}
    return Suggestion(refusal.proposed_agency, gettext("Proposed by %(agency)s, which declined the case") % words)


def _wished(agency: Agency) -> Suggestion:
    return Suggestion(agency, gettext("The citizen chose this agency, but it did not receive the case"))


def _reason(guess: Guess, topic: Topic | None) -> str:
    """Return the strongest reason of a guess: earlier cases, then the topic the text suggests, then its words."""
    if guess.votes:
        return ngettext(
            "%(count)s of the %(asked)s most similar closed cases was answered by this agency",
            "%(count)s of the %(asked)s most similar closed cases were answered by this agency",
            guess.votes,
        ) % {"count": guess.votes, "asked": ASKED}
    if topic:
        return gettext("The text fits the topic “%(topic)s”, which this agency handles") % {"topic": topic.name}
    listed = gettext(", ").join(f"\u2068{word}\u2069" for word in guess.words)
    return ngettext(
        "The text contains a word from this agency's services: %(words)s",
        "The text contains words from this agency's services: %(words)s",
        len(guess.words),
    ) % {"words": listed}


# ---- who can receive ----


def _with_officers(items: Sequence[OpenCase], on: date) -> list[OpenCase]:
    """Return the items, with each suggested agency marked that has an active officer on a day."""
    keys = {suggestion.agency.pk for item in items for suggestion in item.suggestions}
    present = agencies_with_officers(keys, on) if keys else frozenset()
    return [
        replace(item, suggestions=[replace(one, can_receive=one.agency.pk in present) for one in item.suggestions])
        for item in items
    ]


def _without_repeats(suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Return the first suggestion of each agency: its best reason."""
    found: dict[int, Suggestion] = {}
    for suggestion in suggestions:
        found.setdefault(suggestion.agency.pk, suggestion)
    return list(found.values())


# ---- Tries a routing rule on the cases of the last 30 days before it is saved, without changing any of them. ----


#: The span of filing dates a rule is tried on.
LAST_30_DAYS = timedelta(days=30)
#: Maximum number of cases compared, the newest: a rule for a whole group in the capital applies to thousands.
MOST_COMPARED = 5000
#: Maximum number of cases listed; the counts are of all.
MOST_LISTED = 25


@dataclass(frozen=True)
class Proposal:
    """A new rule, and the one it replaces."""

    topic: Topic
    governorate: Governorate | None
    place: str
    agency: Agency
    replaces: RoutingRule | None = None

    @property
    def rule(self) -> RoutingRule:
        """Return the rule, unsaved."""
        return RoutingRule(topic=self.topic, governorate=self.governorate, place_ar=self.place, agency=self.agency)


@dataclass(frozen=True)
class MovedCase:
    """One case whose owner by rule would change: from and to, None where no rule applies, and where it is now."""

    case: Case
    before: Agency | None
    after: Agency | None

    @property
    def agrees(self) -> bool:
        """Tell whether the case came to the agency of the new rule anyway."""
        return self.after is not None and self.case.agency_id == self.after.pk


@dataclass(frozen=True)
class Trial:
    """The result for a rule: how many cases it was tried on, and those whose owner would change."""

    compared: int
    moved: Sequence[MovedCase]
    is_cut: bool

    @property
    def listed(self) -> Sequence[MovedCase]:
        """Return those shown one by one."""
        return self.moved[:MOST_LISTED]

    @property
    def agreeing(self) -> int:
        """Return how many of the moved cases came to the new agency anyway, by hand."""
        return sum(one.agrees for one in self.moved)

    @property
    def ways(self) -> Sequence[tuple[Agency | None, Agency | None, int]]:
        """Return from which agency to which, with how many, the most first."""
        counts: dict[tuple[Agency | None, Agency | None], int] = {}
        for one in self.moved:
            counts[one.before, one.after] = counts.get((one.before, one.after), 0) + 1
        return sorted(((*way, number) for way, number in counts.items()), key=lambda way: -way[2])


def try_rule(proposal: Proposal, *, scope: CaseQuerySet, at: datetime) -> Trial:
    """Return what ``proposal`` would have done to the cases of ``scope`` filed in the last 30 days; two statements.

    It replaces a rule for the same topic and place, as it would when it is saved.
    """
    topics = [proposal.topic, *([proposal.replaces.topic] if proposal.replaces else [])]
    touched = Q(topic__in=topics) | Q(topic__parent__in=topics)
    lately = scope.filter(touched, filed_at__gt=at - LAST_30_DAYS, filed_at__lte=at)
    rows = lately.for_listing().select_related("agency", "topic", "governorate").order_by("-filed_at", "-pk")
    cases = list(rows[: MOST_COMPARED + 1])
    compared = cases[:MOST_COMPARED]
    matters = [Matter(case.topic, case.governorate, f"{case.area} {case.place}") for case in compared if case.topic]
    before = rules_for(matters, timezone.localdate(at)) if matters else []
    after = [rule for rule in before if not _gives_way(rule, proposal)] + [proposal.rule]
    moved = [
        MovedCase(case, owner_by(before, matter), owner_by(after, matter))
        for case, matter in zip(compared, matters, strict=True)
    ]
    return Trial(len(compared), [one for one in moved if one.before != one.after], is_cut=len(cases) > MOST_COMPARED)


def _gives_way(rule: RoutingRule, proposal: Proposal) -> bool:
    if proposal.replaces is not None and rule.pk == proposal.replaces.pk:
        return True
    is_same_place = strip_prefixes(rule.place_ar) == strip_prefixes(proposal.place)
    governorate = proposal.governorate.pk if proposal.governorate else None
    return is_same_place and (rule.topic_id, rule.governorate_id) == (proposal.topic.pk, governorate)
