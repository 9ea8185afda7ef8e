"""Case numbers in people's words: links for whoever may open the case, plain numbers for everybody else."""

from datetime import datetime

import pytest
from django.test import Client

from accounts.models import Citizen, User
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address
from tests.complaints.portal.cases.browsing import page, url


@pytest.mark.usefixtures("clock")
def test_a_number_leads_only_who_may_open_the_case(
    as_amina: Client, desk: Desk, file_case: FileCase, amina: Citizen, karim: Citizen, omar: User, now: datetime
) -> None:
    own, others = file_case(), file_case(citizen=karim, agency=None)
    said = f"انظروا الطلب {own.reference} والطلب {others.reference[:2]} {others.reference[2:]} وهاتفي 0790 001 234."
    case = file_case(details=said)
    shown = page(as_amina, case)
    assert f'<a href="{url(own)}"><bdi dir="ltr" class="nowrap">{own.reference}</bdi></a>' in shown
    assert f'<a href="{url(others)}"' not in shown
    assert '<a href="tel:+962790001234"><bdi dir="ltr" class="nowrap">0790 001 234</bdi></a>' in shown
    at_desk = desk(omar).get(address("desk-case", case)).content.decode()
    assert f'<a href="{address("desk-case", own)}"><bdi' in at_desk
    assert f'<a href="{address("desk-case", others)}"><bdi' not in at_desk


def test_numbers_cost_one_statement_each_and_only_for_twenty(
    as_amina: Client, file_case: FileCase, django_assert_max_num_queries
) -> None:
    numbers = " ".join(f"{case.reference}،" for case in [file_case() for _ in range(3)])
    case: Case = file_case(details=f"{numbers} {numbers} ثم كلام آخر عن المياه.")
    as_amina.get(url(case))
    with django_assert_max_num_queries(24):
        shown = page(as_amina, case)
    assert shown.count('<bdi dir="ltr" class="nowrap">26') >= 6
