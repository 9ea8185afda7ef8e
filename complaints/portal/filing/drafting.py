"""The draft of a filing: found or begun, saved step by step, and sent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Citizen, User
from agencies.models import Agency, Topic, TopicQuestion
from complaints.actions import topic_answers
from complaints.actions.filing import file_draft
from complaints.models import Case, Draft

#: A draft left alone for longer is pointed out when its owner comes back to it.
RESTORED_AFTER = timedelta(minutes=10)


def find_or_start_draft(citizen: Citizen, kind: str) -> Draft:
    """Return the citizen's draft of ``kind``, or an unsaved one: looking at the first step writes nothing."""
    joined = Draft.objects.select_related("agency", "topic", "topic__parent", "governorate")
    found = joined.filter(citizen=citizen, kind=kind).first()
    return found or Draft(citizen=citizen, kind=kind)


def find_draft(token: uuid.UUID, citizen: Citizen) -> Draft | None:
    """Return the draft ``token`` if it is the citizen's and not sent yet."""
    return Draft.objects.select_related("topic").filter(pk=token, citizen=citizen).first()


def save_draft(draft: Draft, *, at: datetime, **values: Any) -> Draft:
    """Save ``values`` in the citizen's draft of this kind, begun here if need be, and return it.

    Two tabs share the draft; one that was sent or thrown away meanwhile is begun anew with what this tab has.
    Another topic takes the answers along that it asks for as well.
    """
    topic = values.get("topic")
    if topic is not None and topic != draft.topic and draft.answers:
        values["answers"] = _answers_for(topic, draft)
    saved, _ = Draft.objects.update_or_create(
        citizen=draft.citizen, kind=draft.kind, defaults={**values, "updated_at": at}
    )
    return saved


def _answers_for(topic: Topic, draft: Draft) -> dict[str, str]:
    codes = {question.code for question in topic_answers.questions_for(topic, kind=draft.kind)}
    return {code: text for code, text in draft.answers.items() if code in codes}


def draft_questions(draft: Draft) -> list[TopicQuestion]:
    """Return what the topic of the draft asks."""
    return topic_answers.questions_for(draft.topic, kind=draft.kind)


def choose_agency(draft: Draft, agency: Agency, *, at: datetime) -> Draft:
    """Take a suggested agency; a topic that it does not offer is asked again."""
    topic = draft.topic if draft.topic and offers(agency, draft.topic, kind=draft.kind) else None
    return save_draft(draft, at=at, agency=agency, agency_unknown=False, topic=topic)


def offers(agency: Agency, topic: Topic, *, kind: str) -> bool:
    """Tell whether an agency offers a topic for a kind of case; one that has none of its own offers all."""
    groups = list(Topic.objects.offered(kind=kind, agency=agency))
    return not groups or any(topic in group.children.all() for group in groups)


def is_restored(draft: Draft, *, at: datetime) -> bool:
    """Tell whether the draft lay there for a while, so that its owner is told where the words come from."""
    return bool(draft.updated_at) and at - draft.updated_at > RESTORED_AFTER


def next_step(draft: Draft) -> str:
    """Return the name of the first step that is not complete."""
    if not draft.has_agency_step:
        return "new-agency"
    return "new-check" if draft.has_words and has_answers(draft, draft_questions(draft)) else "new-what"


def has_answers(draft: Draft, questions: Sequence[TopicQuestion]) -> bool:
    """Tell whether every one of ``questions`` that must be answered is."""
    return topic_answers.are_complete(questions, topic_answers.given(questions, draft.answers))


def send_draft(
    token: uuid.UUID, *, by: User, at: datetime, language: str, notify_by: str, hides_identity: bool
) -> Case:
    """File the draft ``token`` with the wishes of the last page; a second press returns the case of the first.

    Raises ``Draft.DoesNotExist`` for a token that is not the citizen's and ``DraftIncomplete`` when a step is missing.
    """
    draft = Draft(pk=token, citizen=by.citizen, notify_by=notify_by, hides_identity=hides_identity)
    return file_draft(draft, by=by, at=at, language=language)
