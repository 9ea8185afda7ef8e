"""A citizen's own case: the promise, the history and the messages in the citizen's words."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints import actions
from complaints.attachments import uploads
from complaints.case_text.citizen_case import _message_labels
from complaints.models import Case, RefusalReason
from complaints.workflow import ACTIONS, TRANSITIONS, Action, Kind, Outcome
from notifications.wordings import TEMPLATES
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.portal.cases.browsing import MORE, QUESTION, page, titles, url
from tests.complaints.sample_files import picture, upload

PARTLY_FOUND = (
    "فحصت الفرقة الشبكة يوم 13/1/2026 فوجدت صمام الحي مغلقًا جزئيًا، ففتحته وبقي الضغط ضعيفًا في الطوابق العليا."
)

# ---- the case page ----


@pytest.mark.parametrize("count", [1, 3])
def test_the_case_page_takes_as_many_statements_whatever_has_happened(
    as_amina: Client, asked: Case, omar: User, amina: Citizen, now: datetime, count: int, django_assert_num_queries
) -> None:
    for number in range(count):
        at = now + timedelta(hours=2 + number)
        actions.reply(asked, by=amina.user, at=at, text=MORE)
        attached = uploads.receive(upload(f"{number}.jpg", picture(size=(64 + number, 48))), at=at)
        actions.add(asked, by=amina.user, at=at, text=MORE, attachments=[attached])
        actions.ask(asked, by=omar, at=at, text=QUESTION)
    as_amina.get(url(asked))
    # Two of them say how long the agency's time still stands, which is asked of whoever was asked before; three read
    # the open question, all questions and all additions; one reads what of the reply is unsent.
    with django_assert_num_queries(11):
        context = as_amina.get(url(asked)).context
    assert (len(context["attachments"]), len(context["entries"])) == (count, 3 + 3 * count)
    # A question that was answered is no longer sent, nor is the promise whose date has moved since: the new date is.
    assert sorted(notice.about for notice in context["notices"]) == ["سؤال موجه إليكم", "موعد الرد", "وصلت شكواكم"]


def test_the_promise_follows_the_case_through_every_hand(
    as_amina: Client, triaged: Case, lina: User, omar: User, water: Agency, gam: Agency, now: datetime
) -> None:
    def card() -> tuple[str, str]:
        promise = as_amina.get(url(triaged)).context["promise"]
        return promise.holder, promise.on.isoformat()

    assert card() == ("وحدة إدارة الشكاوى الحكومية", "2026-01-05")
    actions.refer(triaged, by=lina, at=now, agency=water)
    assert card() == ("شركة مياه الأردن", "2026-01-06")
    actions.accept(triaged, by=omar, at=now, days=5)
    assert card() == ("شركة مياه الأردن", "2026-01-11")
    actions.return_case(triaged, by=omar, at=now, reason=RefusalReason.OTHER_PLACE, text=MORE, proposed_agency=gam)
    assert card() == ("وحدة إدارة الشكاوى الحكومية", "2026-01-05")
    actions.archive(triaged, by=lina, at=now, reason=MORE)
    assert as_amina.get(url(triaged)).context["promise"] is None


def test_while_the_citizen_is_asked_no_date_of_a_reply_is_promised(as_amina: Client, asked: Case) -> None:
    promised = "11 كانون الثاني 2026"
    assert [stage.on for stage in as_amina.get(url(asked)).context["stages"]][2:] == [None, None]
    assert promised not in as_amina.get("/ar/cases/").content.decode()


def test_a_late_case_apologises(as_amina: Client, accepted: Case) -> None:
    # The clock of the test stands long before today.
    assert as_amina.get(url(accepted)).context["promise"].is_late
    assert "نعتذر عن التأخر" in page(as_amina, accepted)


def test_every_answer_is_read_in_every_state_beside_the_objection_that_disputes_it(
    as_amina: Client, closed: Case, amina: Citizen, omar: User, lina: User, rami: User, now: datetime
) -> None:
    def rounds() -> list[tuple[str, list[tuple[str, str]]]]:
        shown = as_amina.get(url(closed)).context["rounds"]
        return [(each.answer.found, [(made.text, made.ruling) for made in each.objections]) for each in shown]

    actions.object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    assert rounds() == [(FOUND, [("ما زالت المياه مقطوعة.", "")])]
    assert "هذا الاعتراض قيد المراجعة" in page(as_amina, closed)
    actions.uphold(closed, by=lina, at=now, days=2, reasons="لم يثبت وصول المياه.")
    disputed = (FOUND, [("ما زالت المياه مقطوعة.", "قُبل الاعتراض")])
    assert (rounds(), "الرد السابق" in page(as_amina, closed)) == ([disputed], True)
    actions.close(closed, by=omar, at=now, outcome=Outcome.PARTLY, found=PARTLY_FOUND, done=DONE)
    assert rounds() == [(PARTLY_FOUND, []), disputed]
    shown = page(as_amina, closed)
    assert ("الرد رقم 1" in shown, "الرد رقم 2" in shown, "لم يثبت وصول المياه." in shown) == (True, True, True)
    # Solved in part is no success.
    assert ('tag-warn">حل جزئي<' in shown, 'tag-ok">حل جزئي<' in shown) == (True, False)
    actions.object_to(closed, by=amina.user, at=now, text="الضغط ضعيف جدًا في الطابق الثالث.")
    actions.dismiss(closed, by=rami, at=now, reasons="الضغط ضمن المواصفات.")
    assert rounds()[0][1] == [("الضغط ضعيف جدًا في الطابق الثالث.", "رُفض الاعتراض")]


def test_a_granted_later_date_stands_beside_the_first(
    as_amina: Client, accepted: Case, omar: User, nadia: User, now: datetime
) -> None:
    assert as_amina.get(url(accepted)).context["promise"].first_on is None
    actions.propose_extension(accepted, by=omar, at=now, days=2, reason="تأخر وصول القطعة من المورد.")
    assert "تأخر وصول القطعة" not in page(as_amina, accepted)
    actions.extend(accepted, by=nadia, at=now)
    promise = as_amina.get(url(accepted)).context["promise"]
    assert (promise.first_on.isoformat(), promise.on.isoformat()) == ("2026-01-11", "2026-01-13")
    assert "تأخر وصول القطعة" in page(as_amina, accepted)


def test_the_history_is_told_newest_first_in_the_citizens_words(
    as_amina: Client, asked: Case, amina: Citizen, omar: User, now: datetime
) -> None:
    actions.reply(asked, by=amina.user, at=now + timedelta(hours=2), text=MORE)
    actions.close(asked, by=omar, at=now + timedelta(hours=3), outcome=Outcome.SOLVED, found=FOUND, done=DONE)
    assert titles(as_amina, asked) == [
        "صدر الرد من شركة مياه الأردن",
        "أجبتم عن السؤال",
        "سؤال من شركة مياه الأردن",
        "الموضوع من اختصاص شركة مياه الأردن",
        "أرسلتم الشكوى",
    ]
    shown = page(as_amina, asked)
    assert all(text in shown for text in [QUESTION, MORE, FOUND, DONE])


def test_each_verb_of_the_table_is_told_or_has_a_reason_not_to_be() -> None:

    told = {action for action, rule in ACTIONS.items() if rule.timeline is not None}
    assert set(TRANSITIONS) <= told
    # The rest is the work of the desk among itself, and of the clock.
    assert told - set(TRANSITIONS) == {
        Action.AMEND,
        Action.ADD,
        Action.CLASSIFY,
        Action.REMIND_AGENCY,
        Action.ASK_UNIT,
        Action.ESCALATE,
        Action.RECALCULATE,
        Action.RATE,
        Action.TRANSCRIBE,
        Action.SHOW_FILES,
    }


def test_a_referral_names_the_agency_it_went_to(
    as_amina: Client, referred: Case, lina: User, yusuf: User, gam: Agency, water: Agency, now: datetime
) -> None:
    actions.refer(referred, by=lina, at=now, agency=gam)
    actions.decline(referred, by=yusuf, at=now, reason=RefusalReason.OTHER_AGENCY, text=MORE, proposed_agency=water)
    actions.refer(referred, by=lina, at=now, agency=water)
    assert titles(as_amina, referred)[:3] == [
        "تم التحويل إلى شركة مياه الأردن",
        "الموضوع ليس من اختصاص أمانة عمان الكبرى",
        "تم التحويل إلى أمانة عمان الكبرى",
    ]


def test_an_answer_waits_for_its_second_signature_unseen(
    as_amina: Client, file_case: FileCase, conduct: Topic, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(topic=conduct)
    actions.accept(case, by=omar, at=now, days=5)
    actions.close(case, by=omar, at=now, outcome=Outcome.SOLVED, found=FOUND, done=DONE)
    assert FOUND not in page(as_amina, case)
    actions.sign(case, by=nadia, at=now)
    assert [each.answer.found for each in as_amina.get(url(case)).context["rounds"]] == [FOUND]


def test_an_answer_that_was_undone_is_no_longer_read(
    as_amina: Client, closed: Case, omar: User, now: datetime, undo_window: timedelta
) -> None:
    actions.undo(closed, by=omar, at=now + timedelta(minutes=1))
    assert as_amina.get(url(closed)).context["rounds"] == []
    assert FOUND not in page(as_amina, closed)


def test_what_a_citizen_wrote_is_shown_as_text(as_amina: Client, file_case: FileCase) -> None:
    shown = page(as_amina, file_case(subject="<script>alert(1)</script>", details="<img src=x onerror=alert(1)>"))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<img src=x" not in shown


def test_the_messages_say_what_became_of_them(as_amina: Client, closed: Case) -> None:
    notices = as_amina.get(url(closed)).context["notices"]
    assert {(notice.about, notice.way, notice.delivery.word) for notice in notices} == {
        ("صدر الرد", "رسالة نصية", "بانتظار الإرسال"),
        ("وصلت شكواكم", "رسالة نصية", "بانتظار الإرسال"),
    }


def test_every_message_to_a_citizen_has_words_on_the_page() -> None:
    assert set(_message_labels(Kind.COMPLAINT)) == {name for name in TEMPLATES if name.startswith("case_")}


# ---- what can be said ----


def test_a_case_filed_by_telephone_says_so(as_amina: Client, file_case: FileCase, sami: User) -> None:
    assert titles(as_amina, file_case(by=sami, channel="phone")) == ["سجلنا شكواكم هاتفيًا"]


def test_every_promise_is_in_the_future_when_it_is_made(as_amina: Client, file_case: Callable[..., Case]) -> None:
    case = file_case(at=timezone.now())
    promise = as_amina.get(url(case)).context["promise"]
    assert promise.on > timezone.localdate()
    assert not promise.is_late
