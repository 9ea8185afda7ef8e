"""Requests to directorates: consult, estimate, find, revoke."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Directorate
from complaints.actions.notes import HeldByAnother
from complaints.attachments import uploads
from complaints.engine import holders, links
from complaints.engine.change import Change, Fact
from complaints.engine.transition import TransitionNotAllowed, act
from complaints.models import WITH_DIRECTORATE, Attachment, Case, Consultation, ConsultationState, Estimate
from complaints.workflow import Action, Actor, Holder
from complaints.workflow.refusals import ActionRefused

#: How long the link of a request is valid.
LINK_LIFE: Final = timedelta(days=30)


class NotOfTheAgency(ActionRefused):
    """The directorate belongs to another agency, or was abolished."""


class NotAsked(ActionRefused):
    """The request is over: the directorate has answered, it was revoked, or the case moved on."""


class Overtaken(Exception):
    """Somebody else of the directorate was first with a different reply."""


class ReasonMissing(ActionRefused):
    """A directorate that changes its estimate has to give a reason."""


def consult(
    case: Case,
    *,
    by: User,
    at: datetime,
    directorate: Directorate,
    text: str,
    language: str = "ar",
    attachments: Collection[Attachment] = (),
) -> Consultation:
    """Ask ``directorate`` of the case's agency for an estimate and a finding; it holds the case until it answers.

    ``attachments`` are unsaved rows that it reads with the request. A link goes to its e-mail address where it has one.
    Raises ``NotOfTheAgency``, and ``HeldByAnother`` while another directorate or a centre outside has the case.
    """
    with act(case, Action.CONSULT, by=by, at=at) as change:
        # Read again: it may have been abolished since the form was shown.
        if not Directorate.objects.filter(pk=directorate.pk, agency=case.agency_id, is_active=True).exists():
            raise NotOfTheAgency
        if holders.current_holder(case)[0] != Holder.AGENCY:
            raise HeldByAnother
        asked = _new_consultation(change, directorate, text, language=language, by=by)
        uploads.store(attachments, case=case, consultation=asked, event=change.event_id)
        change.facts = {
            "directorate": directorate.pk,
            "words": change.fingerprint(text),
            "files": len(attachments),
            "handed": str(links.channel_to(directorate)),
        }
        change.holder, change.directorate = Holder.DIRECTORATE, directorate
        links.owe(asked, at=change.at)
    return asked


def _new_consultation(change: Change, directorate: Directorate, text: str, *, language: str, by: User) -> Consultation:
    return Consultation.objects.create(
        case=change.case,
        directorate=directorate,
        text=text,
        language=language,
        asked_by=by,
        asked_at=change.at,
        expires_at=change.at + LINK_LIFE,
        event_id=change.event_id,
    )


def estimate(
    asked: Consultation, *, at: datetime, number: int, days: int, reason: str = "", by: User | None = None
) -> Estimate:
    """Record that the directorate needs ``days`` working days from ``at``; a changed estimate needs a ``reason``.

    ``number`` counts the estimates including this one, as shown on the writer's page: a repeated request with the same
    number returns the existing estimate, a different one raises ``Overtaken``. ``by`` is None for the signed link.
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
                event_id=change.event_id, number=last.number + 1 if last else 1, days=days, reason=reason, at=change.at
            )
            asked.state, asked.days = ConsultationState.ESTIMATED, days
            asked.save(update_fields=["state", "days"])
            until = timezone.localdate(change.calendar.due(change.at, days))
            change.facts = {
                "days": days,
                "until": until.isoformat(),
                "words": change.fingerprint(reason),
                **_through(asked, by),
            }
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
    """Record the directorate's finding with the writer's name and files; the agency holds the case again.

    ``attachments`` are unsaved rows. Repeating the same finding is harmless; a different one raises ``Overtaken``.
    ``by`` is None for the signed link. Raises ``NotAsked`` once the request is over.
    """
    with transaction.atomic():
        _hold(asked)
        if asked.state == ConsultationState.FOUND:
            if (asked.finding, asked.signed_as) == (finding, signed_as):
                return
            raise Overtaken
        _require_open(asked)
        with act(asked.case, Action.FIND, by=by, at=at, through=Actor.DIRECTORATE) as change:
            asked.state, asked.ended_at = ConsultationState.FOUND, change.at
            asked.finding, asked.signed_as, asked.finding_event_id = finding, signed_as, change.event_id
            asked.save(update_fields=["state", "ended_at", "finding", "signed_as", "finding_event"])
            uploads.store(attachments, case=asked.case, consultation=asked)
            change.facts = {
                "words": change.fingerprint(finding, signed_as),
                "files": len(attachments),
                **_through(asked, by),
            }
            holders.give_back(change)


def revoke(case: Case, *, by: User, at: datetime) -> Consultation:
    """Revoke the request to a directorate: its link no longer opens anything.

    Raises ``TransitionNotAllowed`` when no directorate is asked.
    """
    with act(case, Action.REVOKE, by=by, at=at) as change:
        asked = holders.open_consultation(case)
        if asked is None:
            raise TransitionNotAllowed(Action.REVOKE, case)
        asked.state, asked.ended_at, asked.revoke_event_id = ConsultationState.REVOKED, change.at, change.event_id
        asked.save(update_fields=["state", "ended_at", "revoke_event"])
        links.cancel(case, at=change.at)
        holders.give_back(change)
    return asked


def _hold(asked: Consultation) -> None:
    """Lock the case, as every change of it does first, and reload ``asked``."""
    Case.objects.select_for_update(of=("self",)).get(pk=asked.case_id)
    asked.refresh_from_db(fields=["state", "days", "finding", "signed_as", "ended_at"])


def _through(asked: Consultation, by: User | None) -> dict[str, Fact]:
    """Return how the link was delivered, for a reply by link; empty for one with an account, which names the person."""
    return {"handed": str(links.link_delivery(asked))} if by is None else {}


def _require_open(asked: Consultation) -> None:
    if asked.state not in WITH_DIRECTORATE:
        raise NotAsked
