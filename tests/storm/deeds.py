"""What can be done in a storm: every action of the table, with accepted words and the person who usually acts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Holiday, Topic
from complaints import actions
from complaints.actions.consultations import consult, estimate, find, revoke
from complaints.escalation import expiry, ladder
from complaints.escalation.absences import unassign_inactive
from complaints.escalation.recalculation import recalculate
from complaints.models import Attachment, Case, CaseLink, Clock, Consultation, Recusal, ReferralTask, SpokenWith
from complaints.models.files import VOICE_TYPE
from complaints.workflow import ACTIONS, AT_AGENCY, Action, State
from tests.complaints import DONE, FOUND
from tests.storm.town import Town, replace_a_closed_case

#: So long that a question is over and every level of an agency was told, had nobody acted.
LONG: Final = timedelta(days=30)


class NothingToDo(Exception):
    """There is nothing that this could be done to."""


@dataclass(frozen=True)
class Move:
    """Somebody's turn: what they read of a case before they act, at a moment of their own clock."""

    town: Town
    case: Case
    by: User
    at: datetime
    dice: Random

    @property
    def who(self) -> dict[str, Any]:
        """Return who and when."""
        return {"by": self.by, "at": self.at}

    def one_of[M: models.Model](self, rows: models.QuerySet[M]) -> M:
        """Return one of the rows; raise NothingToDo without any."""
        found = list(rows)
        if not found:
            raise NothingToDo
        return self.dice.choice(found)

    @property
    def other_case(self) -> Case:
        """Return any other case."""
        return Case.objects.get(pk=self.dice.choice([key for key in self.town.cases if key != self.case.pk]))


def _file(move: Move) -> None:
    if not replace_a_closed_case(move.town, move.dice, at=move.at):
        raise NothingToDo


def _refuse(doing: Callable[..., object]) -> Callable[[Move], object]:
    said = {"reason": "other_place", "text": "ليس لنا"}
    return lambda move: doing(
        move.case,
        **said,
        proposed_agency=move.town.gam if move.case.agency == move.town.water else move.town.water,
        **move.who,
    )


def _saying(doing: Callable[..., object], **said: object) -> Callable[[Move], object]:
    return lambda move: doing(move.case, **said, **move.who)


def _refer(move: Move) -> None:
    agency = move.dice.choice([move.town.water, move.town.gam])
    actions.refer(move.case, agency=agency, reason="ضمن حدودها", **move.who)


def _clear_urgent(move: Move) -> None:
    # The town's texts tell of no danger.
    Case.objects.filter(pk=move.case.pk).update(is_urgent=True)
    actions.clear_urgent(move.case, **move.who)


def _estimate(move: Move) -> None:
    asked = move.one_of(Consultation.objects.filter(case=move.case, ended_at=None))
    estimate(asked, number=asked.estimates.count() + 1, days=move.dice.randint(1, 5), reason="تأخر التوريد", at=move.at)


def _find(move: Move) -> None:
    asked = move.one_of(Consultation.objects.filter(case=move.case, ended_at=None))
    find(asked, finding="كسر في الخط الرئيسي", signed_as="م. سعاد", at=move.at)


def _task(doing: Callable[..., object], **said: object) -> Callable[[Move], object]:
    return lambda move: doing(
        move.one_of(ReferralTask.objects.filter(case=move.case, ended_at=None).select_related("case")),
        **said,
        **move.who,
    )


def _recuse(move: Move) -> None:
    person = move.dice.choice([move.town.staff[name] for name in ("hani", "rami", "yusuf")])
    actions.recuse(move.case, person=person, text="تتحدث عنه", **move.who)


def _end_recusal(move: Move) -> None:
    held = move.one_of(Recusal.objects.filter(case=move.case, ended_at=None).select_related("person"))
    actions.end_recusal(move.case, person=held.person, text="خطأ في الاسم", **move.who)


def _classify(move: Move) -> None:
    topic = move.one_of(Topic.objects.filter(parent__isnull=False))
    actions.classify(move.case, topic=topic, kind=move.dice.choice(topic.kinds), **move.who)


def _assign(move: Move) -> None:
    actions.assign(move.case, officer=move.town.staff[move.dice.choice(["omar", "hani", "nadia"])], **move.who)


def _unlink(move: Move) -> None:
    links = CaseLink.objects.filter(ended_at=None).select_related("case", "lead")
    actions.unlink(move.one_of(links), **move.who)


def _sweep(move: Move) -> None:
    expiry.lapse_overdue(at=move.at)
    expiry.end_windows(at=move.at)
    ladder.sweep(at=move.at)
    unassign_inactive(at=move.at)


def _let_time_pass(move: Move, states: Collection[str]) -> None:
    """Let the day of the case be long over: in a storm no case rests for as long as that."""
    over = move.at - LONG
    with transaction.atomic():
        if not Case.objects.select_for_update().filter(pk=move.case.pk, state__in=states).exists():
            raise NothingToDo
        running = Clock.objects.filter(case=move.case, ended_at=None, paused_at=None, task=None)
        running.update(due_at=over, next_check_at=None)
        Case.objects.filter(pk=move.case.pk).update(deadline_at=over)


def _lapse(move: Move) -> None:
    _let_time_pass(move, [State.WAITING])
    expiry.lapse_overdue(at=move.at)


def _remind_agency(move: Move) -> None:
    _let_time_pass(move, AT_AGENCY)
    actions.remind_agency(move.case, **move.who)


def _ask_unit(move: Move) -> None:
    _let_time_pass(move, AT_AGENCY)
    ladder.sweep(at=move.at)
    actions.ask_unit(move.case, **move.who)


def _change_the_calendar(move: Move) -> None:
    day = timezone.localdate(move.at) + timedelta(days=move.dice.randint(1, 4))
    if not Holiday.objects.filter(on=day).delete()[0]:
        Holiday.objects.get_or_create(on=day, name_ar="عطلة", defaults={"name_en": "Day off"})
    recalculate(at=move.at)


def _transcribe(move: Move) -> None:
    """Write down a voice note whose file nobody opens."""
    voice = move.case.attachments.filter(content_type=VOICE_TYPE).first() or Attachment.objects.create(
        case=move.case, file="voice", name="voice.mp3", content_type=VOICE_TYPE, size=1, sha256="", added_at=move.at
    )
    actions.transcribe(move.case, voice=voice.pk, text="الماء مقطوع", **move.who)


#: How often anything at all is done.
ANYTHING = 0.25
OFFICERS, CITIZEN, UNIT = ("omar", "hani", "yusuf"), ("citizen",), ("lina", "rami")
HEADS = ("nadia", "reem")


@dataclass(frozen=True)
class Deed:
    """How one action is done, and by whom it usually is; ``often`` is its share among those that are possible."""

    do: Callable[[Move], object]
    usual: tuple[str, ...] = OFFICERS
    often: float = 1.0


DEEDS: Final[dict[Action, Deed]] = {
    Action.FILE: Deed(_file, CITIZEN, 2),
    Action.REFER: Deed(_refer, UNIT, 2),
    Action.ACCEPT: Deed(lambda move: actions.accept(move.case, days=move.dice.randint(1, 3), **move.who), often=4),
    Action.DECLINE: Deed(_refuse(actions.decline), often=0.5),
    Action.RETURN: Deed(_refuse(actions.return_case), often=0.5),
    Action.ASK: Deed(_saying(actions.ask, text="أين؟"), (*OFFICERS, "lina")),
    Action.REPLY: Deed(_saying(actions.reply, text="هنا"), CITIZEN, 0.7),
    Action.EXTEND: Deed(_saying(actions.extend), HEADS, 2),
    Action.CLOSE: Deed(_saying(actions.close, outcome="solved", found=FOUND, done=DONE), often=2),
    Action.DELIVER: Deed(_saying(actions.deliver)),
    Action.UNDO: Deed(_saying(actions.undo), often=4),
    Action.WITHDRAW: Deed(_saying(actions.withdraw), CITIZEN, 0.2),
    Action.ARCHIVE: Deed(_saying(actions.archive, reason="ليس من اختصاص النظام"), UNIT, 0.2),
    Action.OBJECT: Deed(_saying(actions.object_to, text="لم تحل"), CITIZEN, 2),
    Action.UPHOLD: Deed(_saying(actions.uphold, days=2, reasons="نعم"), UNIT),
    Action.DISMISS: Deed(_saying(actions.dismiss, reasons="لا"), UNIT),
    Action.AMEND: Deed(
        _saying(actions.amend, subject="موضوع آخر", details="لا يصل الماء إلى بيتنا منذ أسبوعين ولا نعرف السبب."),
        CITIZEN,
    ),
    Action.ADD: Deed(_saying(actions.add, text="ما زال الماء مقطوعًا"), CITIZEN),
    Action.PROPOSE_EXTENSION: Deed(_saying(actions.propose_extension, days=2, reason="تأخر المقاول"), often=2),
    Action.REFUSE_EXTENSION: Deed(_saying(actions.refuse_extension, reason="لا داعي"), HEADS, 2),
    # With a second signature, closing proposes an answer, and signing closes.
    Action.PROPOSE_ANSWER: Deed(_saying(actions.sign), HEADS),
    Action.SEND_BACK: Deed(_saying(actions.send_back, reason="ينقص التاريخ"), HEADS, 3),
    Action.ASSIGN: Deed(_assign, (*OFFICERS, "nadia")),
    Action.NOTE: Deed(_saying(actions.note, text="ملاحظة")),
    Action.TRANSCRIBE: Deed(_transcribe),
    Action.CALL: Deed(_saying(actions.log_call, spoken_with=SpokenWith.CITIZEN, text="وعد بالاتصال")),
    Action.CLEAR_URGENT: Deed(_clear_urgent, often=0.1),
    Action.CLASSIFY: Deed(_classify, (*OFFICERS, "lina")),
    Action.LABEL: Deed(_saying(actions.label, name="عاجل")),
    Action.RECUSE: Deed(_recuse, (*HEADS, "lina"), 0.6),
    Action.END_RECUSAL: Deed(_end_recusal, (*HEADS, "lina"), 4),
    Action.LINK: Deed(lambda move: actions.link(move.case, move.other_case, **move.who)),
    Action.UNLINK: Deed(_unlink),
    Action.CONSULT: Deed(
        lambda move: consult(move.case, directorate=move.town.network, text="ما السبب؟", **move.who), often=2
    ),
    Action.ESTIMATE: Deed(_estimate, often=2),
    Action.FIND: Deed(_find),
    Action.SHOW_FILES: Deed(_saying(actions.show_files, files=()), often=0.3),
    Action.REVOKE: Deed(lambda move: revoke(move.case, **move.who), often=0.5),
    Action.ADD_TASK: Deed(
        lambda move: actions.add_task(
            move.case,
            agency=move.town.gam if move.case.agency == move.town.water else move.town.water,
            text="أعيدوا الرصيف",
            days=1,
            **move.who,
        )
    ),
    Action.ANSWER_TASK: Deed(_task(actions.answer_task, text="أعيد الرصيف"), ("yusuf", "reem", "omar"), 2),
    Action.DROP_TASK: Deed(_task(actions.drop_task, reason="لم يعد لازمًا")),
    Action.HAND_OVER: Deed(
        lambda move: actions.hand_over(move.case, centre=move.town.centre, reference="117-5", **move.who)
    ),
    Action.TAKE_BACK: Deed(_saying(actions.take_back, answer="أصلح الخط"), often=2),
    Action.REMIND_AGENCY: Deed(_remind_agency, CITIZEN, 0.3),
    Action.ASK_UNIT: Deed(_ask_unit, CITIZEN, 0.3),
    Action.ASK_EXPLANATION: Deed(_saying(actions.ask_explanation, text="لماذا تأخر؟"), ("samar",), 2),
    Action.EXPLAIN: Deed(_saying(actions.explain, text="تأخر المقاول"), often=2),
    # What the clock does to a case, in the order of the tasks.
    Action.LAPSE: Deed(_lapse, often=0.5),
    Action.REMIND: Deed(_sweep, often=0.5),
    Action.ESCALATE: Deed(_saying(actions.remind_officer), HEADS),
    Action.RECALCULATE: Deed(_change_the_calendar, often=0.3),
    Action.RATE: Deed(_saying(actions.rate, count=0, solved="yes"), CITIZEN),
}


def choose(town: Town, case: Case, dice: Random) -> tuple[Action, User]:
    """Return what is done next and by whom: mostly what the table allows, sometimes anything."""
    if dice.random() < ANYTHING:
        return dice.choice(list(DEEDS)), town.somebody(dice)
    fit = [action for action in DEEDS if not ACTIONS[action].sources or case.state in ACTIONS[action].sources]
    (action,) = dice.choices(fit, [DEEDS[each].often for each in fit])
    name = dice.choice(DEEDS[action].usual)
    if name != "citizen":
        return action, town.staff[name]
    assert case.citizen.user is not None
    return action, case.citizen.user
