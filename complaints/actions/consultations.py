"""What a directorate is asked about a case and what it says: consult, estimate, find, revoke."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Directorate
from complaints.actions.notes import InOtherHands
from complaints.engine import holders, signed_links
from complaints.engine.change import Change, Fact
from complaints.engine.history_chain import fingerprint
from complaints.engine.transition import TransitionNotAllowed, act
from complaints.models import WITH_DIRECTORATE, Attachment, Case, Consultation, ConsultationState, Estimate
from complaints.workflow import Action, Actor, Holder, State

#: How long the link of a request opens its case.
LINK_LIFE: Final = timedelta(days=30)


class NotOfTheAgency(ValueError):
    """The directorate belongs to another agency, or does not work any more."""


class NotAsked(LookupError):
    """The directorate is not asked any more: it has answered, the request was taken back, or the case went on."""


class Overtaken(Exception):
    """Somebody else of the directorate was first with other words."""


class ReasonMissing(ValueError):
    """A directorate that wants another time than it gave has to say why."""


def consult(
    case: Case, *, by: User, at: datetime, directorate: Directorate, text: str, language: str = "ar"
) -> Consultation:
    """Ask ``directorate`` of the case's agency for a time and a finding; it has the case in hand until it answers.

    A link goes to its e-mail address where it has one. Raises ``NotOfTheAgency``, and ``InOtherHands`` while another
    directorate or a centre outside has the case.
    """
    with act(case, Action.CONSULT, by=by, at=at) as change:
        # Read again: it may have been abolished since the form was shown.
        if not Directorate.objects.filter(pk=directorate.pk, agency=case.agency_id, is_active=True).exists():
            raise NotOfTheAgency
        if holders.current_holder(case)[0] != Holder.AGENCY:
            raise InOtherHands
        asked = Consultation.objects.create(
            case=case,
            directorate=directorate,
            text=text,
            language=language,
            asked_by=by,
            asked_at=at,
            expires_at=at + LINK_LIFE,
            event_id=change.event_id,
        )
        change.facts = {
            "directorate": directorate.pk,
            "words": fingerprint(text),
            "handed": str(signed_links.channel_to(directorate)),
        }
        change.holder, change.directorate = Holder.DIRECTORATE, directorate
        signed_links.owe(asked, at=at)
    return asked


def estimate(
    asked: Consultation, *, at: datetime, number: int, days: int, reason: str = "", by: User | None = None
) -> Estimate:
    """Say that the directorate needs ``days`` working days from ``at``; each time after the first needs a ``reason``.

    ``number`` counts the times given, this one included, as the writer's page knew them: a second press for the same
    number returns the first estimate, other words raise ``Overtaken``. ``by`` is None for whoever came by the link.
    Raises ``NotAsked`` and ``ReasonMissing``.
    """
    with transaction.atomic():
        _hold(asked)
        last = asked.estimates.last()
        if last is not None and last.number >= number:
            if (last.days, last.reason) == (days, reason):
                return last
            raise Overtaken
        _require_open(asked)
        if last is not None and not reason:
            raise ReasonMissing
        with act(asked.case, Action.ESTIMATE, by=by, at=at, through=Actor.DIRECTORATE) as change:
            given = asked.estimates.create(
                event_id=change.event_id, number=last.number + 1 if last else 1, days=days, reason=reason, at=at
            )
            asked.state, asked.days = ConsultationState.ESTIMATED, days
            asked.save(update_fields=["state", "days"])
            until = timezone.localdate(change.calendar.due(at, days))
            change.facts = {"days": days, "until": until.isoformat(), **_through(asked, by)}
    return given


def find(
    asked: Consultation,
    *,
    at: datetime,
    finding: str,
    signed_as: str,
    attachments: Collection[Attachment] = (),
    by: User | None = None,
) -> None:
    """Write the directorate's finding with the writer's name and files; the case is in the agency's hands again.

    ``attachments`` are unsaved rows. The same finding once more is harmless; another one raises ``Overtaken``. ``by``
    is None for whoever came by the link. Raises ``NotAsked`` once the directorate is not asked any more.
    """
    with transaction.atomic():
        _hold(asked)
        if asked.state == ConsultationState.FOUND:
            if (asked.finding, asked.signed_as) == (finding, signed_as):
                return
            raise Overtaken
        _require_open(asked)
        with act(asked.case, Action.FIND, by=by, at=at, through=Actor.DIRECTORATE) as change:
            asked.state, asked.ended_at = ConsultationState.FOUND, at
            asked.finding, asked.signed_as, asked.finding_event_id = finding, signed_as, change.event_id
            asked.save(update_fields=["state", "ended_at", "finding", "signed_as", "finding_event"])
            for attachment in attachments:
                attachment.case, attachment.consultation = asked.case, asked
                attachment.save(force_insert=True)
            change.facts = {
                "words": fingerprint(finding, signed_as),
                "files": len(attachments),
                **_through(asked, by),
            }
            _give_back(change)


def revoke(case: Case, *, by: User, at: datetime) -> Consultation:
    """Take back what a directorate is asked: its link opens nothing any more.

    Raises ``TransitionNotAllowed`` when no directorate is asked.
    """
    with act(case, Action.REVOKE, by=by, at=at) as change:
        asked = holders.open_consultation(case)
        if asked is None:
            raise TransitionNotAllowed(Action.REVOKE, case)
        asked.state, asked.ended_at, asked.revoke_event_id = ConsultationState.REVOKED, at, change.event_id
        asked.save(update_fields=["state", "ended_at", "revoke_event"])
        signed_links.cancel(case, at=at)
        _give_back(change)
    return asked


def _hold(asked: Consultation) -> None:
    """Lock the case, as every change of it does first, and make ``asked`` what it says now."""
    Case.objects.select_for_update(of=("self",)).get(pk=asked.case_id)
    asked.refresh_from_db(fields=["state", "days", "finding", "signed_as", "ended_at"])


def _through(asked: Consultation, by: User | None) -> dict[str, Fact]:
    """Return how the link came to whoever answered by it; nothing for an account, which says who it was."""
    return {"handed": str(signed_links.channel_of(asked))} if by is None else {}


def _require_open(asked: Consultation) -> None:
    if asked.state not in WITH_DIRECTORATE:
        raise NotAsked


def _give_back(change: Change) -> None:
    """Put the case into the hands of its agency again; while the citizen is asked it stays in the citizen's."""
    if change.case.state != State.WAITING:
        change.holder, change.directorate = holders.current_holder(change.case)
