"""A macro is run on a case: all of its steps as by hand, or none, with the reason beside the one that is in the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from agencies.models import Agency, Directorate, Topic
from complaints.actions import accept, note, return_case
from complaints.desk.macro_runs import offered_macros
from complaints.models import Answer, Case, CaseEvent, Consultation, Macro, Question, StandardText
from complaints.permissions.readers import readable_macros
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.desk.macros.conftest import Make, Staff
from tests.complaints.pages import Clock, Desk, address, sent, statements_of

WORDS = "ما سبب التسرب، ومتى يُصلح الخط؟"
QUESTION = "اذكروا رقم عداد المياه لنتمكن من فحصه."


def run(macro: Macro, case: Case) -> str:
    return address("desk-macro", case, macro=macro.pk)


def pressed(macro: Macro, case: Case, **typed: object) -> dict[str, object]:
    """Return what the page of a macro sends when it is as new as the case and the macro."""
    return sent(case, seen=macro.changed_at.isoformat(), **typed)


def problems(page: Any) -> list[str]:
    return [step.problem for step in page.context["shown"]]


def everything() -> tuple[int, int, int, int, int]:
    """Return what a run that was refused must leave as it was."""
    counted = (CaseEvent, Message, Consultation, Answer, Question)
    return tuple(model.objects.count() for model in counted)


def test_a_macro_does_all_its_steps_and_leads_to_the_next_case(
    desk: Desk, make_macro: Make, file_case: FileCase, omar: User, hana: User, network: Directorate
) -> None:
    case, following = file_case(), file_case()
    macro = make_macro(
        {"act": "accept", "directorate": network, "days": 3},
        {"act": "label", "label": "تسرب"},
        {"act": "label", "label": "جولة الصباح"},
        {"act": "note", "text": "اتصلنا بالفرقة."},
        {"act": "assign", "colleague": hana},
        {"act": "consult", "directorate": network, "text": WORDS},
    )
    client, here = desk(omar), f"{run(macro, case)}?list=view%3Dopen&next={following.reference}"
    page = client.get(here)
    assert (page.status_code, problems(page), page.context["may_run"]) == (200, [""] * 6, True)
    assert page.context["shown"][0].message.body
    press = pressed(macro, case)
    answer = client.post(here, press)
    assert answer.url == f"{address('desk-case', following)}?list=view%3Dopen"
    case.refresh_from_db()
    assert (case.state, case.officer, case.directorate, case.holder) == ("in_progress", hana, network, "directorate")
    assert list(case.labels.values_list("name", flat=True)) == ["تسرب", "جولة الصباح"]
    assert [event.action for event in case.events.order_by("number")] == [
        *("file", "accept", "label", "label", "note", "assign", "consult")
    ]
    assert case.consultations.get().text == WORDS
    # The same page once more finds the case changed.
    assert (client.post(here, press).status_code, case.events.count()) == (409, 7)


def test_the_words_for_the_citizen_can_be_changed_and_are_judged(
    desk: Desk, make_macro: Make, accepted: Case, referred: Case, omar: User, water: Agency, now: datetime
) -> None:
    text = StandardText.objects.create(
        agency=water, title="وصلة", outcome="solved", found=FOUND, done=DONE, changed_by=omar, changed_at=now
    )
    macro = make_macro({"act": "label", "label": "وصلة"}, {"act": "close", "standard_text": text})
    client, before = desk(omar), everything()
    page = client.get(run(macro, accepted))
    shown = page.context["form"]
    assert [shown[name].value() for name in ("outcome", "found", "done")] == ["solved", FOUND, DONE]
    for wrong in ({"found": "تم", "done": "تم"}, {"found": "", "done": DONE}, {"found": "{place}", "done": DONE}):
        refused = client.post(run(macro, accepted), pressed(macro, accepted, outcome="solved", **wrong))
        assert (refused.status_code, refused.context["form"].errors.keys() & {"found", "done"} != set()) == (200, True)
        assert refused.context["form"]["found"].value() == wrong["found"]
    assert everything() == before
    changed = f"{DONE} وعادت المياه إلى الحي."
    assert (
        client.post(
            run(macro, accepted), pressed(macro, accepted, outcome="partly", found=FOUND, done=changed)
        ).status_code
        == 302
    )
    accepted.refresh_from_db()
    assert (accepted.state, accepted.answers.get().done, accepted.answers.get().outcome) == (
        "closed",
        changed,
        "partly",
    )


def test_a_question_is_asked_in_the_words_of_the_page(desk: Desk, make_macro: Make, accepted: Case, omar: User) -> None:
    macro, client = make_macro({"act": "ask", "text": QUESTION}), desk(omar)
    assert client.get(run(macro, accepted)).context["form"]["text"].value() == QUESTION
    assert client.post(run(macro, accepted), pressed(macro, accepted, text=f"{QUESTION} شكرًا")).status_code == 302
    assert Question.objects.get().text == f"{QUESTION} شكرًا"


def test_a_step_in_the_way_refuses_the_whole_and_says_why(
    desk: Desk, make_macro: Make, referred: Case, staff: Staff, network: Directorate, gam: Agency, now: datetime
) -> None:
    """Every way in which a step may have become impossible: the page says it before, and a press writes nothing."""
    first = {"act": "label", "label": "أولًا"}
    gone = StandardText.objects.create(
        agency=network.agency, title="أ", found=FOUND, changed_by=staff.omar, changed_at=now
    )
    praise = StandardText.objects.create(
        agency=network.agency, title="ب", outcome="adopted", found=FOUND, changed_by=staff.omar, changed_at=now
    )
    old = Directorate.objects.create(agency=network.agency, name_ar="مديرية ملغاة", name_en="Old", is_active=False)
    theirs = Directorate.objects.create(agency=gam, name_ar="مديرية الأمانة", name_en="Theirs")
    accepts = {"act": "accept", "directorate": network}
    asks = {"act": "consult", "directorate": network, "text": WORDS}
    ways: dict[str, tuple[list[dict[str, Any]], str]] = {
        "standard text deleted": ([accepts, {"act": "close", "standard_text": gone}], "was deleted"),
        "standard text of another kind": ([accepts, {"act": "close", "standard_text": praise}], "does not fit"),
        "directorate ended": ([{"act": "accept", "directorate": old}], "no longer exists"),
        "directorate of another agency": (
            [asks | {"directorate": theirs}],
            "no longer active",
        ),
        "days past the limit": ([accepts | {"days": 99}], "The limit for this topic"),
        "colleague of another agency": ([{"act": "assign", "colleague": staff.yusuf}], "not available at your agency"),
        "closing before accepting": ([{"act": "close", "standard_text": gone}], "was deleted"),
        "after the citizen is asked": ([{"act": "ask", "text": QUESTION}, accepts], "not possible in the status"),
    }
    macros = {way: make_macro(first, *steps, name=way) for way, (steps, _words) in ways.items()}
    gone.delete()
    before, client, wrong = everything(), desk(staff.omar), dict[str, object]()
    for way, (_steps, words) in ways.items():
        page = client.get(run(macros[way], referred))
        said = [problem for problem in problems(page) if problem]
        if len(said) != 1 or words not in said[0] or page.context["may_run"]:
            wrong[way] = said
        answer = client.post(run(macros[way], referred), pressed(macros[way], referred, text=QUESTION))
        if answer.status_code != 200 or words not in answer.context["refused"].words:
            wrong[way] = answer.status_code
        if everything() != before:
            wrong[way] = "something was written"
    assert wrong == {}


def test_who_comes_too_late_reads_what_happened_and_nothing_is_written(
    desk: Desk, make_macro: Make, accepted: Case, staff: Staff, gam: Agency, clock: Clock
) -> None:
    """The case changed, the macro changed, the case left the agency, and the macro was deleted."""
    case, macro = accepted, make_macro({"act": "ask", "text": QUESTION})
    client, press, where = desk(staff.omar), pressed(macro, accepted, text=WORDS), run(macro, accepted)
    note(case, by=staff.nadia, at=clock.at, text="لا تسألوا المواطن الآن.")
    before = everything()
    late = client.post(where, press)
    assert (late.status_code, late.context["typed_texts"][0][1], everything()) == (409, WORDS, before)
    clock.pass_(minutes=1)
    Macro.objects.filter(pk=macro.pk).update(changed_at=clock.at)
    changed = client.post(where, press | {"version": case.version})
    assert (changed.status_code, changed.context["is_changed"]) == (200, True)
    assert changed.context["form"]["text"].value() == WORDS
    return_case(case, by=staff.omar, at=clock.at, reason="not_ours", text="ليست من اختصاصنا.", proposed_agency=gam)
    before = everything()
    left = client.post(where, press | {"version": case.version - 1})
    assert (left.status_code, left.templates[0].name) == (409, "complaints/staff/conflict.html")
    # What was typed is not lost: the page that is no more leads to it.
    assert (client.get(where).status_code, everything()) == (302, before)
    macro.delete()
    unknown = address("desk-macro", case, macro=10**30)
    assert [client.get(url).status_code for url in (where, unknown, reverse("macro", args=[10**30]))] == [404] * 3


def test_an_answer_used_elsewhere_takes_a_tick_and_two_persons_sign_as_by_hand(
    desk: Desk, make_macro: Make, file_case: FileCase, closed: Case, omar: User, conduct: Topic, now: datetime
) -> None:
    text = StandardText.objects.create(title="وصلة", found=FOUND, done=DONE, changed_by=omar, changed_at=now)
    macro = make_macro({"act": "accept", "days": 2}, {"act": "close", "standard_text": text})
    copied, client = file_case(), desk(omar)
    press = pressed(macro, copied, outcome="solved", found=FOUND, done=DONE)
    asked = client.post(run(macro, copied), press)
    assert (asked.status_code, list(asked.context["form"].errors)) == (200, ["same_answer"])
    assert client.post(run(macro, copied), press | {"same_answer": "on"}).status_code == 302
    sensitive = file_case(topic=conduct)
    press = pressed(macro, sensitive, outcome="solved", found=f"{FOUND} اليوم.", done=DONE, same_answer="on")
    assert client.post(run(macro, sensitive), press).status_code == 302
    for case in (copied, sensitive):
        case.refresh_from_db()
    assert (copied.state, sensitive.state, sensitive.answers.get().state) == ("closed", "in_progress", "proposed")


def test_a_macro_is_run_on_many_cases_each_by_itself(
    desk: Desk, make_macro: Make, file_case: FileCase, staff: Staff, network: Directorate, now: datetime
) -> None:
    make_macro({"act": "ask", "text": QUESTION}, name="speaks")
    macro = make_macro({"act": "label", "label": "تسرب"}, {"act": "accept", "directorate": network, "days": 2})
    cases, client = [file_case(), file_case()], desk(staff.omar)
    accept(cases[1], by=staff.omar, at=now, days=2)
    press: dict[str, object] = {"bulk_action": "macro", "case": [f"{case.reference}-{case.version}" for case in cases]}
    offered = list(client.post(reverse("queue-bulk"), press).context["form"].steps)
    assert [key.partition("-")[0] for key in offered] == [str(macro.pk)]
    # A macro that was changed since is to be read once more.
    Macro.objects.filter(pk=macro.pk).update(changed_at=now.replace(year=2027))
    changed = client.post(reverse("queue-bulk"), press | {"send": "1", "macro": offered[0]})
    assert list(changed.context["form"].errors) == ["macro"]
    [key] = changed.context["form"].steps
    done = client.post(reverse("queue-bulk"), press | {"send": "1", "macro": key}).context["results"]
    assert [(one.is_done, one.words) for one in done] == [
        (True, "Done."),
        (False, "Accept: This step is not possible in the status that the case will have then."),
    ]
    assert [case.labels.count() for case in cases] == [1, 0]


def test_a_case_page_offers_the_macros_that_can_begin(
    desk: Desk, make_macro: Make, referred: Case, staff: Staff, cmu: Agency, now: datetime
) -> None:
    make_macro({"act": "label", "label": "أ"}, {"act": "accept"}, {"act": "ask", "text": QUESTION}, name="accepts")
    make_macro({"act": "close"}, name="closes")
    make_macro({"act": "note", "text": "ب"}, name="own of nadia", agency=None, owner=staff.nadia)
    make_macro(name="empty")
    make_macro({"act": "label", "label": "ب"}, name="unit", agency=cmu)

    def offered(person: User) -> list[str]:
        page = desk(person).get(address("desk-case", referred))
        return [macro.name for macro in page.context["macros"]]

    def counted() -> list[int]:
        return [statements_of(desk(staff.omar), url) for url in (address("desk-case", referred), reverse("macros"))]

    assert [offered(person) for person in (staff.omar, staff.nadia, staff.lina)] == [
        *(["accepts"], ["own of nadia", "accepts"], ["unit"])
    ]
    for person in vars(staff).values():
        by_statement = {macro.id: macro.acts for macro in offered_macros(person, at=now)}
        by_rule = readable_macros(person, at=now)
        assert by_statement == {macro.pk: [step.act for step in macro.steps.all()] for macro in by_rule}
    before = counted()
    for name in ("second", "third"):
        make_macro({"act": "label", "label": "أ"}, {"act": "note", "text": "ب"}, {"act": "accept"}, name=name)
    assert counted() == before
    accept(referred, by=staff.omar, at=now, days=2)
    assert offered(staff.omar) == ["closes"]
