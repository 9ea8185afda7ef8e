"""The directives and the circulation of the demonstration."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from reports.circulation.pages import annex_rows
from reports.demonstration import circulation, directives, periodic
from reports.models import Annex, Circulation, Directive, DirectiveNotice
from tests.cast import make_staff


@pytest.mark.django_db
def test_directives_go_four_ways_and_an_annex_is_answered(
    cmu: Agency, nadia: User, omar: User, amina: Citizen, leak: Topic, now: datetime
) -> None:
    people = (
        *((periodic.SENDER, Role.CMU_STAFF), (periodic.REVIEWER, Role.CMU_STAFF), (periodic.HEAD, Role.CMU_HEAD)),
        (directives.OFFICE, Role.PM_OFFICE),
    )
    for number, (email, role) in enumerate(people):
        make_staff(email, "موظف", "Person", f"+96279010005{number}", cmu, role)
    said = Filing(
        citizen=amina,
        kind="complaint",
        agency=nadia.memberships.get().agency,
        topic=leak,
        subject="تسرب",
        details="...",
    )
    file(said, by=amina.user, at=now - timedelta(days=40))
    periodic.make(now)
    directives.make(now)
    states = list(Directive.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["closed", "open", "reported", "open"]
    assert {"supervisor", "pm_office"} <= set(DirectiveNotice.objects.values_list("level", flat=True))
    circulation.make(now)
    assert Circulation.objects.get().completed_at is not None
    annex = Annex.objects.with_answers().get(agency__code="miyahuna")
    assert (annex.opened_by, annex.is_answered) == (nadia, True)
    (row,) = annex_rows([annex])
    assert row.received_at is not None
    assert annex.opened_at is not None
    assert row.received_at <= annex.opened_at
