"""The draft of a filing: found or begun, adopted by whoever signs in, saved step by step, and sent."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Citizen, User, agencies_with_officers
from agencies.models import Agency, Topic, TopicQuestion
from complaints.actions import answers
from complaints.actions.filing import file_draft
from complaints.escalation.expiry import VISITOR_DRAFT_LIFE
from complaints.models import Case, Draft, ProgramKey, Upload
from kit.compiled_inserts import insert
from kit.compiled_reads import CompiledRead

# ---- Who writes a draft: a citizen, or a visitor who signs in only to send. ----


@dataclass(frozen=True)
class Writer:
    """Whose drafts a request works on.

    ``visitor`` is the keyed hash of the reference of this browser, empty for one without; a citizen may still have one,
    from before signing in. ``uploader`` is what uploads are counted by, ``network`` what begun drafts are.
    """

    citizen: Citizen | None
    visitor: str
    uploader: str
    network: str
    #: The reference of a browser that had none: its cookie is set once something was written.
    new_reference: str = ""

    def owns(self) -> dict[str, Any]:
        """Return the fields of a draft that say whose it is."""
        return {"citizen": self.citizen, "visitor": "" if self.citizen else self.visitor}

    def drafts(self, *, at: datetime) -> QuerySet[Draft]:
        """Return the drafts that wait for this writer at ``at``; those of a citizen wait until they are deleted."""
        own = Draft.objects.filter(**self.owns())
        return own if self.citizen else own.filter(updated_at__gt=at - VISITOR_DRAFT_LIFE)


#: A draft left alone for longer is pointed out when its owner comes back to it.
RESTORED_AFTER = timedelta(minutes=10)
#: Drafts that one citizen, or one browser of a visitor, may have at the same time.
MOST_DRAFTS, MOST_OF_A_VISITOR = 10, 3
#: The bytes of a visitor's draft with its files.
MOST_BYTES_OF_A_VISITOR = 10 * 1024 * 1024
#: Drafts begun in a network without signing in. Mobile networks put thousands of people behind one address.
DRAFTS_PER_NETWORK = rate_limits.RateLimit("draft_network", 100, rate_limits.HOUR)
_JOINED = ("agency", "topic", "topic__parent", "governorate")


class TooManyDrafts(Exception):
    """The writer, or the network of a visitor, has as many drafts as it may."""


# ---- found ----


def open_draft(writer: Writer, kind: str, token: uuid.UUID | None, *, at: datetime) -> Draft:
    """Return the draft ``token`` of the writer, without one the newest of ``kind``, or an unsaved one.

    Looking writes nothing, but for a draft of a visitor who has signed in since: it becomes the citizen's here.
    """
    if token is None:
        newest = writer.drafts(at=at).filter(kind=kind).select_related(*_JOINED).order_by("-updated_at", "-pk").first()
        return newest or Draft(kind=kind, **writer.owns())
    found = _own(writer, kind, token, at=at)
    if found is None and _adopt(token, writer, at=at):
        found = _own(writer, kind, token, at=at)
    return found or Draft(pk=token, kind=kind, **writer.owns())


def _own(writer: Writer, kind: str, token: uuid.UUID, *, at: datetime) -> Draft | None:
    if writer.citizen is None:
        return writer.drafts(at=at).filter(kind=kind, pk=token).select_related(*_JOINED).first()
    return _OWN.first(None, {"citizen": writer.citizen}, citizen=writer.citizen.pk, kind=kind, token=token)


_OWN: Final = CompiledRead(
    lambda _shape, *, citizen, kind, token: Draft.objects.filter(
        citizen=citizen, visitor="", kind=kind, pk=token
    ).select_related(*_JOINED),
    is_prepared=True,
)


def _adopt(token: uuid.UUID, writer: Writer, *, at: datetime) -> bool:
    """Make a visitor's draft the citizen's: one statement, so that of two who come at once one gets it."""
    if writer.citizen is None or not writer.visitor:
        return False
    left = Draft.objects.filter(pk=token, visitor=writer.visitor, updated_at__gt=at - VISITOR_DRAFT_LIFE)
    return bool(left.update(citizen=writer.citizen, visitor="", updated_at=at))


def waiting_drafts(writer: Writer, *, at: datetime, kind: str = "") -> list[Draft]:
    """Return the drafts that wait for the writer, of one kind or of all, the newest first; one statement."""
    if writer.citizen is not None:
        return _WAITING.rows(kind, {"citizen": writer.citizen}, citizen=writer.citizen.pk)
    return list(_listed(writer.drafts(at=at), kind))


def _listed(own: QuerySet[Draft], kind: str) -> QuerySet[Draft]:
    return (own.filter(kind=kind) if kind else own).select_related(*_JOINED).order_by("-updated_at", "-pk")


_WAITING: Final = CompiledRead(
    lambda kind, *, citizen: _listed(Draft.objects.filter(citizen=citizen, visitor=""), kind), is_prepared=True
)


def is_restored(draft: Draft, *, at: datetime) -> bool:
    """Tell whether the draft lay there for a while, so that its owner is told where the words come from."""
    return bool(draft.updated_at) and at - draft.updated_at > RESTORED_AFTER


# ---- saved ----


def save_draft(draft: Draft, writer: Writer, *, at: datetime, **values: Any) -> Draft:
    """Save ``values`` in the draft, begun here if need be, and return it; raises ``TooManyDrafts``.

    A draft that was sent or thrown away meanwhile is begun anew with what this tab has. Another topic takes the answers
    along that it asks for as well.
    """
    topic = values.get("topic")
    if topic is not None and topic != draft.topic and draft.answers:
        values["answers"] = _answers_for(topic, draft)
    is_new = not draft.is_begun
    values["updated_at"] = at
    for name, value in values.items():
        setattr(draft, name, value)
    if is_new and _begin(draft, writer, at=at):
        return draft
    if not Draft.objects.filter(pk=draft.pk, **writer.owns()).update(**values):
        _begin(draft, writer, at=at)
    return draft


def _begin(draft: Draft, writer: Writer, *, at: datetime) -> bool:
    """Insert the draft; False if another press of the same page was first.

    A key that is filed, or somebody else's, is replaced.
    """
    _require_room(writer, at=at)
    if _FILED.rows(submission=draft.pk):
        draft.pk = uuid.uuid4()
    try:
        with transaction.atomic():
            insert(draft)
    except IntegrityError:
        if writer.drafts(at=at).filter(pk=draft.pk).exists():
            return False
        draft.pk = uuid.uuid4()
        insert(draft)
    return True


_FILED: Final = CompiledRead(
    lambda _shape, *, submission: Case.objects.filter(submission=submission).values_list("pk", flat=True),
    is_prepared=True,
)


def _require_room(writer: Writer, *, at: datetime) -> None:
    """Count a draft that is begun; the network's count comes last, so that nobody spends it for nothing."""
    most = MOST_DRAFTS if writer.citizen else MOST_OF_A_VISITOR
    begun = len(_OWN_KEYS.rows(citizen=writer.citizen.pk)) if writer.citizen else writer.drafts(at=at).count()
    if begun >= most:
        raise TooManyDrafts
    if writer.citizen is None and not rate_limits.allows(DRAFTS_PER_NETWORK, writer.network, at=at):
        raise TooManyDrafts


#: No citizen has more.
_OWN_KEYS: Final = CompiledRead(
    lambda _shape, *, citizen: Draft.objects.filter(citizen=citizen, visitor="").values_list("pk", flat=True),
    is_prepared=True,
)


def _answers_for(topic: Topic, draft: Draft) -> dict[str, str]:
    codes = {question.code for question in answers.questions_for(topic, kind=draft.kind)}
    return {code: text for code, text in draft.answers.items() if code in codes}


def room_for_bytes(draft: Draft, writer: Writer) -> int | None:
    """Return how many bytes of files the draft still takes, those that are arriving counted with the others.

    None if only the limits of each file hold.
    """
    if writer.citizen is not None:
        return None
    arriving = Upload.objects.filter(draft=draft.pk).values_list("size", flat=True)
    return MOST_BYTES_OF_A_VISITOR - sum(draft.attachments.values_list("size", flat=True)) - sum(arriving)


@contextmanager
def locked(draft: Draft) -> Iterator[None]:
    """Let nobody else add a file to ``draft`` meanwhile, so that two tabs are counted together."""
    with transaction.atomic():
        Draft.objects.select_for_update().filter(pk=draft.pk).first()
        yield


# ---- the agency and the topic ----


def choose_agency(draft: Draft, writer: Writer, agency: Agency, *, at: datetime) -> Draft:
    """Take a suggested agency; a topic that it does not offer is asked again."""
    topic = draft.topic if draft.topic and offers(agency, draft.topic, kind=draft.kind) else None
    return save_draft(draft, writer, at=at, agency=agency, agency_unknown=False, topic=topic)


def offers(agency: Agency, topic: Topic, *, kind: str) -> bool:
    """Tell whether an agency offers a topic for a kind of case; one that has none of its own offers all."""
    groups = list(Topic.objects.offered(kind=kind, agency=agency))
    return not groups or any(topic in group.children.all() for group in groups)


def can_receive(agency: Agency | None, *, at: datetime) -> bool:
    """Tell whether an agency has an officer who receives cases today; True for none, whose case goes to the unit."""
    return agency is None or agency.pk in agencies_with_officers({agency.pk}, timezone.localdate(at))


# ---- complete? ----


def draft_questions(draft: Draft) -> list[TopicQuestion]:
    """Return what the topic of the draft asks."""
    return answers.questions_for(draft.topic, kind=draft.kind)


def next_step(draft: Draft) -> str:
    """Return the name of the first step that is not complete: what happened, whom it is for, and what that asks."""
    if not draft.is_told:
        return "new-what"
    if not draft.has_agency_step:
        return "new-agency"
    return "new-check" if draft.has_place and has_answers(draft, draft_questions(draft)) else "new-what"


def step_after_agency(draft: Draft) -> str:
    """Return the name of the step after the agency: what the topic asks is asked once, also where it need not be."""
    asks_more = draft.topic is not None and not draft.answers and bool(draft_questions(draft))
    return "new-what" if asks_more else next_step(draft)


def has_answers(draft: Draft, questions: Sequence[TopicQuestion]) -> bool:
    """Tell whether every one of ``questions`` that must be answered is."""
    return answers.are_complete(questions, answers.given_answers(questions, draft.answers))


# ---- sent ----


def send_draft(
    token: uuid.UUID, *, by: User, at: datetime, language: str, notify_by: str, hides_identity: bool
) -> Case:
    """File the draft ``token`` with the wishes of the last page; a second press returns the case of the first.

    Raises ``Draft.DoesNotExist`` for a token that is not the citizen's and ``DraftIncomplete`` when a step is missing.
    """
    draft = Draft(pk=token, citizen=by.citizen, notify_by=notify_by, hides_identity=hides_identity)
    return file_draft(draft, by=by, at=at, language=language)


# ---- Keys of programs: made and shown once, stored as hashes, found by what a program sends, revoked. ----


#: Bytes of chance in a key: nobody finds one by trying, so that a plain hash keeps it.
_BYTES: Final = 32


def make(name: str, *, agency: Agency | None, contact: Citizen, by: User, at: datetime) -> tuple[ProgramKey, str]:
    """Make a key and return it with its text, which nobody can read again."""
    text = secrets.token_urlsafe(_BYTES)
    row = ProgramKey(name=name, agency=agency, contact=contact, made_by=by, made_at=at)
    row.digest, row.ends_with = _digest(text), text[-4:]
    row.save(force_insert=True)
    return row, text


def find(text: str) -> ProgramKey | None:
    """Return the key that a program sent; None for a revoked one, and where its contact can no longer sign in."""
    keys = ProgramKey.objects.select_related("agency", "contact__user")
    return keys.filter(digest=_digest(text), revoked_at=None, contact__user__is_active=True).first()


def revoke(key: int, *, by: User, at: datetime) -> bool:
    """Revoke a key; False where it is revoked already."""
    return bool(ProgramKey.objects.filter(pk=key, revoked_at=None).update(revoked_at=at, revoked_by=by))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
