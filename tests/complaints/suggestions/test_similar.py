"""Cases that tell of the same thing: found by words, ranked by their gist, within what a person may see."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Governorate
from complaints.actions import withdraw
from complaints.models import Case, Draft
from complaints.suggestions import clues
from complaints.suggestions.similar import (
    FEWEST_SHOWN,
    LATELY,
    Reported,
    Similar,
    beside,
    likeness,
    reported_before,
    similar_to,
    wording,
)
from tests.cast import make_citizen
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.cases import FileCase, MakeDraft
from tests.complaints.pages import Desk
from tests.complaints.portal.filing.steps import shown

pytestmark = pytest.mark.usefixtures("clock", "english")

REWORDED = wording("المياه مقطوعة في حي نزال", "لم تصلنا المياه منذ عشرة ايام والدور كان يوم الثلاثاء")
OTHER = {"subject": "حفرة عميقة أمام المخبز", "details": "تضررت مركبتي من حفرة في الشارع الرئيسي."}


def references(found: Sequence[Similar]) -> list[str]:
    return [one.case.reference for one in found]


def test_a_rewording_is_found_and_another_matter_is_not(file_case: FileCase) -> None:
    outage = file_case()
    file_case(**OTHER)
    found = similar_to(REWORDED, scope=Case.objects.all())
    assert references(found) == [outage.reference]
    assert 0.65 <= found[0].score <= 1


def test_the_best_comes_first_the_case_itself_never_and_no_more_than_asked_for(file_case: FileCase) -> None:
    same = file_case()
    near = file_case(subject="انقطاع المياه عن حي نزال والجوار", details="المياه مقطوعة منذ يومين عن بعض الشوارع.")
    text = wording(SUBJECT, DETAILS)
    assert references(similar_to(text, scope=Case.objects.all())) == [same.reference, near.reference]
    assert references(similar_to(text, scope=Case.objects.all(), exclude=same)) == [near.reference]
    assert references(similar_to(text, scope=Case.objects.all(), limit=1)) == [same.reference]


def test_place_and_time_narrow_it(file_case: FileCase, amman: Governorate, irbid: Governorate, now: datetime) -> None:
    old = file_case(governorate=amman, at=now - timedelta(days=40))
    here = file_case(governorate=amman)
    file_case(governorate=irbid)
    text = wording(SUBJECT, DETAILS)
    assert references(similar_to(text, scope=Case.objects.all(), place=amman)) == [here.reference, old.reference]
    since = now - timedelta(days=30)
    assert references(similar_to(text, scope=Case.objects.all(), place=amman, since=since)) == [here.reference]


def test_a_text_without_words_is_like_nothing(file_case: FileCase) -> None:
    file_case()
    for text in ("", "\n", "في من\nعلى", "؟!", "ا" * 5000):
        assert similar_to(text, scope=Case.objects.all()) == [], text[:9]


def test_likeness_is_symmetrical_and_between_nothing_and_one() -> None:
    one, other = wording(SUBJECT, DETAILS), REWORDED
    assert likeness(one, other) == likeness(other, one)
    assert (likeness(one, one), likeness(one, "")) == (1.0, 0.0)


def test_the_index_of_words_finds_the_candidates(file_case: FileCase) -> None:
    file_case()
    with CaptureQueriesContext(connection) as asked:
        similar_to(REWORDED, scope=Case.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Bitmap Index Scan on case_search_vector" in plan
    assert len(asked) == 2


# ---- while filing ----


def test_own_open_cases_are_told_of_and_closed_ones_are_not(
    file_case: FileCase, make_draft: MakeDraft, amina: Citizen, now: datetime
) -> None:
    case, draft = file_case(), make_draft()
    assert references(reported_before(draft, at=now).own) == [case.reference]
    withdraw(case, by=amina.user, at=now)
    assert not reported_before(draft, at=now)


def test_of_others_only_their_number_is_told_and_that_from_three_on(
    file_case: FileCase, make_draft: MakeDraft, amman: Governorate, now: datetime
) -> None:
    draft, told = make_draft(governorate=amman), []
    for number in range(FEWEST_SHOWN + 1):
        citizen = neighbour(number)
        for _ in range(2):
            file_case(citizen=citizen, governorate=amman)
        told.append(reported_before(draft, at=now))
    assert told == [Reported([], people) for people in (0, 0, 3, 4)]


def neighbour(number: int) -> Citizen:
    return make_citizen("جار", str(number), f"98{number:08}", f"+96279{number:07}")


def test_who_hid_is_elsewhere_or_spoke_long_ago_is_not_counted(
    file_case: FileCase, make_draft: MakeDraft, karim: Citizen, amman: Governorate, irbid: Governorate, now: datetime
) -> None:
    for number in range(FEWEST_SHOWN - 1):
        file_case(citizen=neighbour(number), governorate=amman)
    file_case(citizen=karim, governorate=amman, hides_identity=True)
    file_case(citizen=karim, governorate=irbid)
    file_case(citizen=karim, governorate=amman, at=now - LATELY - timedelta(minutes=1))
    assert reported_before(make_draft(governorate=amman), at=now).people == 0


def test_without_a_place_nobody_is_counted(
    file_case: FileCase, make_draft: MakeDraft, karim: Citizen, amman: Governorate, now: datetime
) -> None:
    for number in range(FEWEST_SHOWN):
        file_case(citizen=neighbour(number), governorate=amman)
    assert reported_before(make_draft(), at=now).people == 0


CHECK = "/en/new/complaint/check/"


def test_the_check_page_says_so_and_the_filing_goes_on(
    as_amina: Client, file_case: FileCase, make_draft: MakeDraft, karim: Citizen, amman: Governorate
) -> None:
    own = file_case()
    for number in range(FEWEST_SHOWN):
        file_case(citizen=neighbour(number), governorate=amman, details=f"{DETAILS} رقم الجار ٠٧٩.")
    draft = make_draft(governorate=amman)
    page = as_amina.get(CHECK).content.decode()
    assert reverse("case-add", args=[own.reference]) in page
    assert "3 other people reported something like this in Amman (Capital) in the last two weeks." in page
    assert [words in page for words in ("جار 1", "رقم الجار")] == [False, False]
    sent = as_amina.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms"})
    assert (sent.status_code, Case.objects.filter(citizen=own.citizen).count()) == (302, 2)


def test_who_files_the_same_text_again_and_again_has_two_cases_and_is_led_to_the_open_one(
    as_amina: Client, make_draft: MakeDraft, amina: Citizen
) -> None:
    def press() -> HttpResponse:
        Draft.objects.all().delete()
        return as_amina.post(CHECK, {"draft": str(make_draft().pk), "notify_by": "sms"})

    answer = shown([press() for _ in range(5)][-1])
    newest = Case.objects.latest("pk")
    assert (answer.status_code, Case.objects.count(), Draft.objects.count()) == (200, 2, 1)
    text = "You have already sent this text and that case is still open. Add to it instead."
    assert answer.context["form"].non_field_errors() == [text]
    assert reverse("case-add", args=[newest.reference]) in answer.content.decode()


def test_the_same_words_are_the_same_however_their_letters_are_written(
    as_amina: Client, file_case: FileCase, make_draft: MakeDraft
) -> None:
    file_case()
    file_case()
    draft = make_draft(subject=SUBJECT.replace("ا", "أ"))
    answer = shown(as_amina.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms"}))
    assert (answer.status_code, Case.objects.count()) == (200, 2)


def test_once_a_case_is_answered_the_same_words_may_be_sent_again(
    as_amina: Client, file_case: FileCase, make_draft: MakeDraft, amina: Citizen, now: datetime
) -> None:
    first = file_case()
    file_case()
    withdraw(first, by=amina.user, at=now)
    draft = make_draft()
    assert as_amina.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms"}).status_code == 302


def test_the_words_of_another_person_count_for_nothing(
    as_amina: Client, file_case: FileCase, make_draft: MakeDraft, karim: Citizen
) -> None:
    file_case(citizen=karim)
    file_case(citizen=karim)
    draft = make_draft()
    assert as_amina.post(CHECK, {"draft": str(draft.pk), "notify_by": "sms"}).status_code == 302


# ---- at the desk ----


def test_a_desk_finds_similar_open_cases_of_its_own_alone(
    file_case: FileCase, karim: Citizen, omar: User, yusuf: User, lina: User, gam: Agency, now: datetime
) -> None:
    case, other, foreign = file_case(), file_case(citizen=karim), file_case(citizen=karim, agency=gam)
    assert beside(case, omar, at=now) == []
    clues.keep(at=now)
    assert references(beside(case, omar, at=now)) == [other.reference]
    assert references(beside(foreign, yusuf, at=now)) == []
    assert references(beside(case, lina, at=now)) == [foreign.reference, other.reference]


def test_similar_cases_on_the_page_show_no_name_and_lead_to_the_link(
    desk: Desk, file_case: FileCase, karim: Citizen, omar: User, now: datetime
) -> None:
    case, other = file_case(), file_case(citizen=karim, hides_identity=True)
    clues.keep(at=now)
    page = desk(omar).get(reverse("desk-case", args=[case.reference])).content.decode()
    assert reverse("desk-case", args=[other.reference]) in page
    assert "كريم" not in page
    link = f"{reverse('desk-link', args=[case.reference])}?lead={other.reference}"
    assert link in page
    assert f'value="{other.reference}"' in desk(omar).get(link).content.decode()
