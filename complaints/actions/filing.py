"""The citizen's own actions: file, amend, add, withdraw."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from accounts.models import Citizen, Mandate, User
from accounts.roles import CONTACT_CENTRE
from agencies.models import Agency, Governorate, Topic, TopicQuestion
from complaints import reference
from complaints.actions import answers as topic_answers, decisions, links, recusals
from complaints.actions.classification import danger_sign
from complaints.actions.notes import voice_subject
from complaints.actions.undo import replace_text
from complaints.attachments import uploads
from complaints.engine.change import CaseStaff
from complaints.engine.history import filed_words
from complaints.engine.transition import NotEntitled, act, begin, transition
from complaints.models import Addition, Attachment, Case, Channel, Draft, NotifyBy, SiteCase, TopicAnswer
from complaints.models.case import ArabicStrip
from complaints.permissions import policy
from complaints.permissions.readers import named_at
from complaints.permissions.rulings import has_ended
from complaints.visibility.redaction import must_hide
from complaints.workflow import Action, Outcome, State, WithdrawalReason
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead
from kit.prepared import preparing_cursor


class DraftIncomplete(ValueError):
    """The draft lacks a step; another tab may have removed what this one had."""


#: Maximum open cases of one person with exactly the same words; beyond it the page leads to the newest of them.
MOST_SAME_OPEN = 2
#: Maximum cases of one person, and changes and additions to one case, in twenty-four hours: each notifies a desk.
MOST_FILED_A_DAY = 20
MOST_ADDED_A_DAY = 10


class TooManyToday(Exception):
    """The person has reached the limit of one day."""


class AlreadyFiled(Exception):
    """The person already has open cases of this kind with exactly the same words; ``case`` is the newest."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


@dataclass(frozen=True, kw_only=True)
class Filing:
    """Everything a person enters when filing; ``submission`` is the form's token, for one case only.

    ``answers`` are unsaved rows that are stored with the case. Without a topic the unit finds it. Coordinates are
    degrees. ``mandate`` is that by which somebody else files for the citizen; ``file`` locks it.
    """

    citizen: Citizen
    kind: str
    topic: Topic | None
    subject: str
    details: str
    agency: Agency | None = None
    governorate: Governorate | None = None
    area: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    employee: str = ""
    answers: Sequence[TopicAnswer] = ()
    hides_identity: bool = False
    notify_by: str = NotifyBy.SMS
    language: str = "ar"
    channel: str = Channel.WEB
    submission: uuid.UUID = field(default_factory=uuid.uuid4)
    mandate: Mandate | None = None


def file(filing: Filing, *, by: User, at: datetime) -> Case:
    """File a case with the chosen agency, or to triage if there is none, it cannot act, or it must not see the topic.

    Staff of the agency whom the citizen named are recused, and do not count as officers who can act. Raises
    ``NotEntitled`` unless ``by`` is the citizen, speaks for them by ``filing.mandate`` or is a contact-centre agent,
    and ``MandateOver`` when that mandate is over. A submission already filed violates its unique constraint;
    ``file_draft`` returns the first case then.
    """
    if filing.mandate is None and by.pk != filing.citizen.user_id and not by.authority(at).has(CONTACT_CENTRE):
        raise NotEntitled
    named = named_at(filing.agency, filing.employee, at=at)
    recused = frozenset(user.pk for user in named)
    desk = CaseStaff(at, exclude=recused)
    with transaction.atomic(savepoint=False):
        mandate = policy.locked(filing.mandate.pk, by, at=at) if filing.mandate else None
        if mandate is not None and mandate.person_id != filing.citizen.pk:
            raise NotEntitled
        danger = danger_sign(kind=filing.kind, subject=filing.subject, details=filing.details, at=at)
        case = _case(filing, agency=_owner(filing, desk), by=by, at=at)
        case.is_urgent = bool(danger)
        case.recused = recused
        case.is_spoken_for = mandate is not None
        facts = {
            "channel": filing.channel,
            "chosen_agency": filing.agency.pk if filing.agency else None,
            **({"danger": danger} if danger else {}),
        }
        words = filed_words(case, employee=case.employee, answers=topic_answers.wordings(filing.answers))
        begin(case, by=by, at=at, facts=facts, words=words, desk=desk, mandate=mandate)
        topic_answers.keep(filing.answers, case)
        links.notice(case, at=at)
        if filing.agency is not None:
            recusals.record(case, named, agency=filing.agency, at=at)
    return case


def _case(filing: Filing, *, agency: Agency | None, by: User, at: datetime) -> Case:
    """Return the case, unsaved, with its tracking number and the key that its first hash covers."""
    serial, key = _numbers()
    return Case(
        pk=key,
        reference=reference.make(year=timezone.localdate(at).year, serial=serial),
        submission=filing.submission,
        kind=filing.kind,
        channel=filing.channel,
        language=filing.language,
        citizen=filing.citizen,
        entered_by=None if by.pk == filing.citizen.user_id else by,
        notify_by=filing.notify_by,
        hides_identity=filing.hides_identity or must_hide(filing.topic, kind=filing.kind),
        agency=agency,
        topic=filing.topic,
        subject=filing.subject,
        details=filing.details,
        governorate=filing.governorate,
        area=filing.area,
        place=filing.place,
        latitude=filing.latitude,
        longitude=filing.longitude,
        employee=filing.employee,
        state=State.REFERRED if agency else State.TRIAGE,
        filed_at=at,
        limit_from=at,
    )


def _owner(filing: Filing, desk: CaseStaff) -> Agency | None:
    """Return the agency that gets the case; None sends it to triage.

    A voice that the agency may not hear, and no word beside it, goes to the unit, which writes it down.
    """
    agency, topic = filing.agency, filing.topic
    if not filing.details and (filing.hides_identity or (topic is not None and topic.hides_identity)):
        return None
    if agency is None or (topic is not None and topic.withheld_from_agency) or has_ended(agency, on=desk.on):
        return None
    return agency if desk.officers(agency) else None


def _numbers() -> tuple[int, int]:
    """Return the next serial of tracking numbers and the next key of a case, in one statement."""
    with preparing_cursor(connection) as cursor:
        cursor.execute(
            "SELECT nextval('complaints_case_serial'), nextval(pg_get_serial_sequence('complaints_case', 'id'))"
        )
        row: tuple[int, int] = cursor.fetchone()
    return row


def file_draft(draft: Draft, *, by: User, at: datetime, language: str, channel: str = Channel.WEB) -> Case:
    """File ``draft`` and delete it; a second call for the same draft returns the same case.

    The texts are read from the database; only ``notify_by``, ``hides_identity``, the key and the citizen are taken
    from the ``draft`` passed in. Locks the draft, so that the second of two simultaneous requests waits and finds the
    case. Raises ``Draft.DoesNotExist`` when the draft is gone and was not filed,
    ``DraftIncomplete`` when a step is missing, ``TooManyToday`` beyond ``MOST_FILED_A_DAY``, ``AlreadyFiled`` beyond
    ``MOST_SAME_OPEN``.
    """
    with transaction.atomic():
        fresh = _LOCKED_DRAFT.first(draft=draft.pk, citizen=draft.citizen_id, since=at - timedelta(days=1))
        if fresh is None or fresh.citizen is None:
            return _filed(draft, by)
        by_site = bool(fresh.site_id) and channel == Channel.WEB
        way = Channel.AGENCY_SITE if by_site else channel
        questions = topic_answers.questions_for(fresh.topic, kind=fresh.kind)
        case = _file_locked(fresh, draft, questions, by=by, at=at, language=language, channel=way)
        _hand_over(fresh, case)
    return case


def file_unsaved(
    draft: Draft, questions: Sequence[TopicQuestion], *, by: User, at: datetime, savepoint: bool = True, **way: str
) -> Case:
    """File a ``draft`` that is not stored, because all of it came at once; locks the citizen.

    ``questions`` are those of its topic, ``way`` its language and channel. Raises as ``file_draft``. ``savepoint`` is
    needless for a caller whose transaction ends with an error of this.
    """
    words = f"{draft.subject} {draft.details}"
    with transaction.atomic(savepoint=savepoint):
        judged = _JUDGED.first(draft.kind, citizen=draft.citizen_id, since=at - timedelta(days=1), words=words)
        if judged is None:
            raise Draft.DoesNotExist
        counted: Any = draft
        counted.filed_lately, counted.same_open = judged
        return _file_locked(counted, draft, questions, by=by, at=at, **way)


def _judged(kind: str, *, citizen: uuid.UUID, since: datetime, words: str) -> QuerySet[Citizen, Any]:
    same = _open_alike(citizen=OuterRef("pk"), kind=kind, folded=ArabicStrip(Value(words)))
    own = Citizen.objects.select_for_update().filter(pk=citizen)
    return own.values_list(_filed_since(since, owner="pk"), same)


_JUDGED: Final = CompiledRead(_judged, is_prepared=True)


def _file_locked(
    held: Any, wishes: Draft, questions: Sequence[TopicQuestion], *, by: User, at: datetime, language: str, channel: str
) -> Case:
    """File what the draft ``held`` holds, judged by the counts that came along with it; its owner is locked."""
    if held.filed_lately >= MOST_FILED_A_DAY:
        raise TooManyToday
    citizen = _filed_for(held, held.citizen, by=by, at=at)
    if held.same_open >= MOST_SAME_OPEN:
        raise AlreadyFiled(_newest_alike(held))
    if not held.is_complete:
        raise DraftIncomplete
    filing = _filing(held, _answers(held, questions), citizen=citizen, wishes=wishes, language=language)
    return file(replace(filing, channel=channel), by=by, at=at)


def _locked_draft(_shape: None, *, draft: uuid.UUID, citizen: uuid.UUID, since: datetime) -> QuerySet[Draft, Any]:
    held = Draft.objects.select_for_update(of=("self", "citizen")).filter(pk=draft, citizen=citizen)
    # A draft may belong to nobody; PostgreSQL locks a joined row only where the join is an inner one.
    held = held.filter(citizen__created_at__isnull=False).select_related("agency", "topic", "governorate", "citizen")
    return held.annotate(filed_lately=_filed_since(since), same_open=_same_open())


_LOCKED_DRAFT: Final = CompiledRead(_locked_draft, is_prepared=True)


def _answers(held: Draft, questions: Sequence[TopicQuestion]) -> list[TopicAnswer]:
    """Return the answers to ``questions``; raise ``DraftIncomplete`` if a required one is missing."""
    answers = topic_answers.given_answers(questions, held.answers)
    if not topic_answers.are_complete(questions, answers):
        raise DraftIncomplete
    return answers


def _filing(held: Draft, answers: Sequence[TopicAnswer], *, citizen: Citizen, wishes: Draft, language: str) -> Filing:
    return Filing(
        citizen=citizen,
        kind=held.kind,
        topic=held.topic,
        subject=held.subject or voice_subject(language),
        details=held.details,
        agency=None if held.agency_unknown else held.agency,
        governorate=held.governorate,
        area=held.area,
        place=held.place,
        latitude=held.latitude,
        longitude=held.longitude,
        employee=held.employee,
        answers=answers,
        hides_identity=wishes.hides_identity,
        notify_by=wishes.notify_by,
        language=language,
        submission=held.pk,
        mandate=held.mandate,
    )


def _filed_for(held: Draft, writer: Citizen, *, by: User, at: datetime) -> Citizen:
    """Return whose case it becomes: the writer's, or that of the person for whom the draft was begun.

    A representative files no more in a day than for themselves.
    """
    if held.mandate_id is None:
        return writer
    held.mandate = policy.locked(held.mandate_id, by, at=at)
    if Case.objects.filter(entered_by=by, filed_at__gt=at - timedelta(days=1)).count() >= MOST_FILED_A_DAY:
        raise TooManyToday
    person: Citizen = held.mandate.person  # type: ignore[assignment] # a mandate that is given names both
    return person


def _filed_since(moment: datetime, *, owner: str = "citizen") -> Coalesce:
    """Count the cases of a draft's owner since ``moment``, within the statement that fetches the draft."""
    filed = Case.objects.filter(citizen=OuterRef(owner), filed_at__gt=moment).order_by().values("citizen")
    return Coalesce(Subquery(filed.annotate(count=Count("pk")).values("count")), 0)


def _same_open() -> Coalesce:
    """Count the owner's open cases of this kind with the same words, letters folded, within the same statement."""
    words = ArabicStrip(Concat(OuterRef("subject"), Value(" "), OuterRef("details"), output_field=TextField()))
    return _open_alike(citizen=OuterRef("citizen"), kind=OuterRef("kind"), folded=words)


def _open_alike(**alike: Any) -> Coalesce:
    same = Case.objects.filter(**alike).exclude(state=State.CLOSED)
    return Coalesce(Subquery(same.order_by().values("citizen").annotate(count=Count("pk")).values("count")), 0)


def _newest_alike(draft: Draft) -> Case:
    """Return the newest open case of the kind and with the words of ``draft``."""
    words = strip_prefixes(f"{draft.subject} {draft.details}")
    same = Case.objects.filter(citizen=draft.citizen_id, kind=draft.kind, folded=words)
    return same.exclude(state=State.CLOSED).latest("filed_at", "pk")


def _hand_over(draft: Draft, case: Case) -> None:
    """Move the draft's files to the case and delete the draft in one statement: the keys are checked at commit.

    A draft that was begun on an agency's own site leaves a row that says on which.
    """
    if draft.site_id:
        SiteCase.objects.create(case=case, site_id=draft.site_id, filed_at=case.filed_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH moved AS (UPDATE complaints_attachment SET case_id = %s, draft_id = NULL WHERE draft_id = %s) "
            "DELETE FROM complaints_draft WHERE id = %s",
            [case.pk, draft.pk, draft.pk],
        )


def _filed(draft: Draft, by: User) -> Case:
    try:
        return Case.objects.get(Q(citizen=draft.citizen_id) | Q(entered_by=by.pk), submission=draft.pk)
    except Case.DoesNotExist:
        raise Draft.DoesNotExist from None


def amend(  # noqa: PLR0913 - the case, who and when, and one argument for each thing that can be corrected
    case: Case,
    *,
    by: User,
    at: datetime,
    subject: str,
    details: str,
    area: str = "",
    place: str = "",
    answers: Sequence[TopicAnswer] | None = None,
) -> None:
    """Correct the citizen's own text before an agency has accepted; the old text is kept as a ``Revision``.

    ``answers`` are unsaved rows that replace all answers to the questions of the topic; None leaves those.
    """
    with act(case, Action.AMEND, by=by, at=at) as change:
        _require_measure(case, at=change.at)
        replace_text(change, subject=subject, details=details, area=area, place=place, answers=answers)


def _require_measure(case: Case, *, at: datetime) -> None:
    """Raise ``TooManyToday`` at the limit of changes and additions in a day: each is a message to the desk."""
    changes = case.events.filter(action__in=[Action.AMEND, Action.ADD], at__gt=at - timedelta(days=1))
    if changes.count() >= MOST_ADDED_A_DAY:
        raise TooManyToday


def add(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> None:
    """Add information to an open case; ``attachments`` are unsaved rows that are stored with it, or ``NotStored``."""
    with act(case, Action.ADD, by=by, at=at) as change:
        _require_measure(case, at=change.at)
        Addition.objects.create(case=case, event_id=change.event_id, text=text, at=change.at)
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts, change.said = {"words": change.fingerprint(text), "files": len(attachments)}, text


def withdraw(case: Case, *, by: User, at: datetime, because: str = "") -> None:
    """Withdraw an open case; this cannot be undone, and ends an open question.

    ``because`` is a code of ``WithdrawalReason``, or empty.
    """
    with transition(case, Action.WITHDRAW, by=by, at=at) as change:
        case.questions.filter(ended_at__isnull=True).update(ended_at=change.at)
        change.partners = decisions.drop(change)
        if because:
            change.facts = {"because": str(WithdrawalReason(because))}
        change.set(closed_at=change.at, closed_by=by, outcome=Outcome.WITHDRAWN)
