"""The roles of staff, and the authority they give on one day; no database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import get_language, gettext_lazy as _


class Role(TextChoices):
    """What a staff member is in one agency; people can have several roles, in several agencies, for a span of days."""

    OFFICER = "officer", _("Liaison officer")
    SUPERVISOR = "supervisor", _("Supervisor")
    SECRETARY_GENERAL = "secretary_general", _("Secretary-general")
    MINISTER_OFFICE = "minister_office", _("Minister's office")
    DIRECTORATE_MEMBER = "directorate_member", _("Directorate member")
    AGENT = "agent", _("Contact-centre agent")
    AGENT_SUPERVISOR = "agent_supervisor", _("Contact-centre supervisor")
    CMU_STAFF = "cmu_staff", _("CMU staff")
    CMU_HEAD = "cmu_head", _("Head of the CMU")
    PM_OFFICE = "pm_office", _("Prime Minister's office")
    OPERATOR = "operator", _("System operator")
    AUDITOR = "auditor", _("Access auditor")


DESK = frozenset({Role.OFFICER, Role.SUPERVISOR})
SUPERVISION = frozenset({Role.SUPERVISOR})
#: The escalation ladder of a missed deadline, lowest level first; a level with nobody on it is skipped.
LADDER = (Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE)
#: The levels above the desk: they are told of late cases once a morning, and handle none.
LEADERSHIP = frozenset({Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE})
#: The levels as they are named within a sentence.
ESCALATION_LEVEL_NAMES = {
    Role.SUPERVISOR: _("the supervisor"),
    Role.SECRETARY_GENERAL: _("the secretary-general"),
    Role.MINISTER_OFFICE: _("the minister's office"),
}
#: Who reads all cases of their agency: its desk, and everybody on the escalation ladder.
READERS = DESK | frozenset(LADDER)
CMU = frozenset({Role.CMU_STAFF, Role.CMU_HEAD})
#: Who changes the reference data: agencies, topics, rules, the calendar.
UNIT_HEAD = frozenset({Role.CMU_HEAD})
CONTACT_CENTRE = frozenset({Role.AGENT, Role.AGENT_SUPERVISOR})
REPORT_READERS = CMU | {Role.PM_OFFICE}
OPERATORS = frozenset({Role.OPERATOR})
#: Roles that only two people together give: whoever has one sees every case, or decides who does.
PROTECTED = CMU | OPERATORS | {Role.AUDITOR}
#: Who manages people: the unit gives all roles, operators only those that need a second person.
STAFF_MANAGERS = CMU | OPERATORS
#: Who reads every change of a role.
STAFF_CHANGE_READERS = frozenset({Role.AUDITOR, Role.CMU_HEAD})
#: Who reads how the running system stands.
SYSTEM_READERS = CMU | OPERATORS
ANY_STAFF = frozenset(Role)


@dataclass(frozen=True)
class Colleague:
    """A colleague who is away and whose deputy somebody is."""

    pk: UUID
    name_ar: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the language of the page, or in the other one where only that is known."""
        names = (self.name_ar, self.name_en)
        return next(filter(None, names if get_language() == "ar" else reversed(names)), "")


@dataclass(frozen=True)
class Authority:
    """The roles a person may act in on one day: pairs of role and agency id, those of absent colleagues included.

    ``lent`` are the pairs a person has only as a deputy, each with the id of the absent colleague. ``absent`` are all
    colleagues whose deputy the person is, also those who lend nothing that the person does not have.
    """

    roles: frozenset[tuple[Role, int | None]] = frozenset()
    lent: tuple[tuple[Role, int | None, UUID], ...] = field(default=(), compare=False)
    absent: tuple[Colleague, ...] = field(default=(), compare=False)

    def has(self, roles: Collection[Role]) -> bool:
        """Tell whether any of ``roles`` is held anywhere."""
        return any(role in roles for role, _agency in self.roles)

    def agencies(self, roles: Collection[Role]) -> frozenset[int]:
        """Return the ids of the agencies in which any of ``roles`` is held."""
        return frozenset(agency for role, agency in self.roles if role in roles and agency is not None)

    def without(self, absent: Collection[UUID]) -> Authority:
        """Return the authority without the roles that only these ``absent`` colleagues lend."""
        if not absent:
            return self
        lent = tuple(row for row in self.lent if row[2] not in absent)
        gone = {row[:2] for row in self.lent} - {row[:2] for row in lent}
        return Authority(self.roles - gone, lent)

    def only_for(self, roles: Collection[Role]) -> frozenset[UUID]:
        """Return the absent colleagues who lend ``roles``; empty if one of them is the person's own role."""
        lent = {row[:2] for row in self.lent}
        if any(pair[0] in roles and pair not in lent for pair in self.roles):
            return frozenset()
        return frozenset(absent for role, _agency, absent in self.lent if role in roles)

    def lenders(self, roles: Collection[Role]) -> dict[int, frozenset[UUID]]:
        """Return the same by agency, without the agencies where one of ``roles`` is the person's own role."""
        found = {agency: self.at(agency).only_for(roles) for agency in {agency for _role, agency, _who in self.lent}}
        return {agency: absent for agency, absent in found.items() if agency is not None and absent}

    def at(self, agency: int | None) -> Authority:
        """Return the part of the authority that is held in one agency."""
        lent = tuple(row for row in self.lent if row[1] == agency)
        return Authority(frozenset(pair for pair in self.roles if pair[1] == agency), lent)

    def acts_for(self, key: UUID | None) -> str:
        """Return the name of the colleague with that key if the person is their deputy, else nothing."""
        return next((colleague.name for colleague in self.absent if colleague.pk == key), "")

    @property
    def is_staff(self) -> bool:
        """Tell whether any role is held at all."""
        return bool(self.roles)
