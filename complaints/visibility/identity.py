"""The one place that decides who may learn who filed a case; everybody else reads its texts redacted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import cast

from accounts.models import Mandate, User
from accounts.roles import CMU, DESK
from agencies.models import Topic
from complaints.models import Case, CaseQuerySet, ListedCase
from complaints.visibility.redaction import Person
from complaints.workflow import Kind


def knows_person(case: Case | ListedCase, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may learn who filed ``case``: the CMU may, and its agency unless the person hid it.

    Staff who may only still open a case that has left their desk, and partner agencies, read its texts without it.
    """
    authority = user.authority(at)
    return authority.has(CMU) or (not case.hides_identity and case.agency_id in authority.agencies(DESK))


def found_by_person(cases: CaseQuerySet, user: User, *, at: datetime) -> CaseQuerySet:
    """Return those of ``cases``, all at the desk of ``user``, that are found by the name or a number of their person.

    They are the cases of which ``knows_person`` holds.
    """
    return cases if user.authority(at).has(CMU) else cases.filter(hides_identity=False)


def must_hide(topic: Topic | None, *, kind: str) -> bool:
    """Tell whether a case of ``topic`` and ``kind`` hides its person from the agency whatever they wish.

    Thanks put nobody at risk: a topic that only hides the person leaves praise to their choice.
    """
    if topic is None:
        return False
    return topic.withheld_from_agency or (topic.hides_identity and kind != Kind.PRAISE)


def may_hear(case: Case, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may play the voice notes of ``case``: a voice tells who it is, as a name does."""
    return knows_person(case, user, at=at)


@dataclass(frozen=True)
class CaseVisibility:
    """The texts of one case for one reader: unchanged, or with the person who filed it redacted.

    A page about a case has it in its context as ``case_visibility``; the tag ``user_text`` redacts through it.
    """

    case: Case
    knows_person: bool

    def redact(self, text: str) -> str:
        """Return ``text`` for this reader; texts by staff too, because answers address the person by name."""
        if self.knows_person:
            return text
        for person in (self._person, *self._representatives):
            text = person.redact_again(text)
        return text

    def whereabouts(self) -> list[str]:
        """Return the area and the place of the case, each left out, not redacted, if it tells who the person is."""
        parts = {self.case.area.strip(): self.redact, self.case.place.strip(): self.redact_place}
        return [part for part, redact in parts.items() if part and redact(part) == part]

    def redact_place(self, text: str) -> str:
        """Return ``text``, which says where something is, for this reader: the own address tells who it is."""
        return text if self.knows_person else self._person.redact_place(text)

    @cached_property
    def _person(self) -> Person:
        return Person.of(self.case.citizen)

    @cached_property
    def _representatives(self) -> list[Person]:
        """Return who ever spoke for the citizen: they sign too. A statement where somebody did, and none in lists."""
        listed = cast("Case | ListedCase", self.case)
        if isinstance(listed, ListedCase):
            return [Person.of(person) for person in listed.representatives]
        if self.case.entered_by_id is None and not self.case.is_spoken_for:
            return []
        given = Mandate.objects.ever_given().filter(person=self.case.citizen_id).select_related("representative")
        people = {mandate.representative for mandate in given if mandate.representative}
        return [Person.of(person) for person in people]


@dataclass(frozen=True)
class StaffVisibility:
    """One member of staff at one moment, as the reader of lists of cases by different citizens.

    A page for staff has it in its context as ``staff_visibility``; the tag ``subject`` uses it.
    """

    user: User
    at: datetime

    def of(self, case: Case | ListedCase) -> CaseVisibility:
        """Return the visibility of ``case`` for this person; costs no statement if its citizen is loaded."""
        # What a list shows has all that is asked of it here.
        return CaseVisibility(cast("Case", case), knows_person(case, self.user, at=self.at))

    def subject(self, case: Case | ListedCase) -> str:
        """Return the subject of ``case`` for this person."""
        return self.of(case).redact(case.subject)
