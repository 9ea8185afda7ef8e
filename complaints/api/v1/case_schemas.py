"""A case as its citizen's app gets it: a row of the list, and the whole thread."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from complaints.api.v1.catalogue import CodeAndName
from complaints.case_text.answers import AnswerRound
from complaints.case_text.citizen_case import NoticeLine
from complaints.case_text.promise import Promise
from complaints.case_text.timeline import TimelineEntry
from complaints.models import Attachment, Case
from complaints.own_cases import OwnCaseRow
from complaints.permissions.policy import RatingWindow
from complaints.workflow import State

Words = Annotated[str, Field(description="In the language of the request")]


class CaseRow(BaseModel):
    """A case in the list."""

    reference: str
    kind: str
    subject: str
    agency: CodeAndName | None
    state: str
    status: Words
    waits_for_you: bool
    filed_at: datetime
    owes: Words
    due_on: date | None
    late: Words


class OwnCases(BaseModel):
    """A page of the list: ``next`` goes into ``after`` for the page that follows, empty on the last one."""

    items: list[CaseRow]
    next: str


class StoredFile(BaseModel):
    """A file that came with a case or an answer."""

    id: uuid.UUID
    name: str
    content_type: str
    size: int
    seconds: int | None


class Entry(BaseModel):
    """One entry of the timeline, as the case page shows it."""

    title: Words
    at: datetime
    text: Words
    on: date | None
    quote: str
    files: list[StoredFile]


class PromiseCard(BaseModel):
    """Who holds the case, what they owe by which day, and what happens otherwise."""

    holder: Words
    owes: Words
    on: date | None
    otherwise: Words
    is_late: bool
    first_on: date | None


class AnswerRow(BaseModel):
    """An answer: what was found and done."""

    number: int
    agency: Words
    at: datetime | None
    outcome: Words
    found: str
    done: str
    files: list[StoredFile]


class RatingState(BaseModel):
    """Until when the answer can be rated, and what was said; ``count`` is sent along to change a rating."""

    until: datetime
    count: int
    solved: str
    treated: int | None
    text: str


class Message(BaseModel):
    """A message about the case and what became of it."""

    about: Words
    way: Words
    at: datetime
    status: Words


class May(BaseModel):
    """What the person can do now."""

    reply: bool
    add: bool
    amend: bool
    withdraw: bool
    object_until: date | None
    rate: bool
    remind: bool
    ask_unit: bool


class Thread(CaseRow):
    """A case with all that has happened; until ``undone_until`` its last step can be undone and its answer is held."""

    details: str
    topic: CodeAndName | None
    governorate: CodeAndName | None
    area: str
    place: str
    hides_identity: bool
    notify_by: str
    answers_to_questions: list[CodeAndName]
    promise: PromiseCard | None
    question: str
    entries: list[Entry]
    answers: list[AnswerRow]
    undone_until: datetime | None
    rating: RatingState | None
    messages: list[Message]
    files: list[StoredFile]
    may: May


# ---- made of what the pages show ----


def row_fields(row: OwnCaseRow) -> dict[str, Any]:
    """Return the fields of a row of the list."""
    case = row.case
    return {
        "reference": case.reference,
        "kind": case.kind,
        "subject": case.subject,
        "agency": CodeAndName(code=case.agency.code, name=case.agency.name) if case.agency else None,
        "state": case.state,
        "status": row.status.word,
        "waits_for_you": case.state == State.WAITING,
        "filed_at": case.filed_at,
        "owes": row.owes,
        "due_on": row.on,
        "late": str(row.late) if row.late else "",
    }


def thread(page: dict[str, Any], window: RatingWindow | None, *, at: datetime) -> Thread:
    """Return the thread of what the case page shows at ``at``."""
    case: Case = page["case"]
    promise: Promise | None = page["promise"]
    status, owes = page["status"], promise.owes if promise and promise.on else ""
    row = OwnCaseRow(case, status, page["late"], owes, promise.on if promise else None)
    return Thread(
        **row_fields(row),
        details=case.details,
        topic=CodeAndName(code=case.topic.code, name=case.topic.name) if case.topic else None,
        governorate=CodeAndName(code=case.governorate.code, name=case.governorate.name) if case.governorate else None,
        area=case.area,
        place=case.place,
        hides_identity=case.hides_identity,
        notify_by=case.notify_by,
        answers_to_questions=[
            CodeAndName(code=one.question_label, name=one.answer_label) for one in page["topic_answers"]
        ],
        promise=_promise(promise) if promise else None,
        question=page["question"],
        entries=[_entry(one) for one in page["entries"]],
        answers=[_answer(one) for one in page["rounds"] if one.answer],
        undone_until=page["undone_until"],
        rating=rating_state(window, at=at),
        messages=[_message(one) for one in page["notices"]],
        files=files(page["attachments"]),
        may=_may(page, window, at=at),
    )


def files(attachments: Iterable[Attachment]) -> list[StoredFile]:
    """Return files as an app gets them."""
    names = ("id", "name", "content_type", "size", "seconds")
    return [StoredFile(**{name: getattr(one, name) for name in names}) for one in attachments]


def rating_state(window: RatingWindow | None, *, at: datetime) -> RatingState | None:
    """Return the rating of the answer that stands; None where there is nothing to rate and nothing was said."""
    if window is None or (window.rating is None and not window.is_open(at=at)):
        return None
    rating = window.rating
    return RatingState(
        until=window.until,
        count=window.count,
        solved=rating.solved if rating else "",
        treated=rating.treated if rating else None,
        text=rating.text if rating else "",
    )


def _promise(promise: Promise) -> PromiseCard:
    names = ("holder", "owes", "on", "otherwise", "is_late", "first_on")
    return PromiseCard(**{name: getattr(promise, name) for name in names})


def _entry(entry: TimelineEntry) -> Entry:
    names = ("title", "at", "text", "on", "quote")
    return Entry(**{name: getattr(entry, name) for name in names}, files=files(entry.files))


def _message(line: NoticeLine) -> Message:
    return Message(about=line.about, way=line.way, at=line.at, status=str(line.delivery.word))


def _answer(one: AnswerRound) -> AnswerRow:
    answer = one.answer
    said = {"outcome": answer.outcome, "found": answer.found, "done": answer.done} if answer else {}
    return AnswerRow(number=one.number, agency=one.agency, at=one.at, files=files(one.files), **said)


def _may(page: dict[str, Any], window: RatingWindow | None, *, at: datetime) -> May:
    asking, objecting = page["asking"], page["objecting"]
    return May(
        reply=bool(page["question"]),
        add=page["may_add"],
        amend=page["may_amend"],
        withdraw=page["may_withdraw"],
        object_until=objecting.until if objecting else None,
        rate=bool(window and window.is_open(at=at)),
        remind=bool(asking and asking.may_remind),
        ask_unit=bool(asking and asking.may_ask_unit),
    )
