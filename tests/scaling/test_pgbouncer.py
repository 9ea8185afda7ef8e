"""The whole life of a case through Debian's PgBouncer in transaction mode, by more clients than it has connections."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import accept, close, file
from complaints.actions.filing import Filing
from complaints.escalation import tasks as clock_tasks
from complaints.models import Case
from kit.streams import stream
from notifications import tasks
from notifications.models import Message
from tests.cast import make_agency, sign_in
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.threads import at_once
from tests.scaling.clusters import Pair
from tests.scaling.pooler import POOL_SIZE, Pooler, pooling

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("clusters")]

CLERKS = 4


@pytest.fixture
def pooler(pair: Pair, move: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pooler]:
    """Run the test through a PgBouncer before the primary."""
    name, base = str(connections["default"].settings_dict["NAME"]), pair.primary.base.parent
    with pooling(pair.primary, base / tmp_path_factory.mktemp("pgbouncer").name) as running:
        move(running.url(name))
        yield running
        connections["default"].close()
        move(pair.here(settings.DATABASE_URL, name))


def test_more_clerks_than_connections_lead_cases_from_filing_to_the_answer(
    pooler: Pooler, amina: Citizen, water: Agency, leak: Topic, omar: User, lina: User, cmu: Agency
) -> None:
    def clerk() -> None:
        said = {"kind": "complaint", "agency": water, "topic": leak, "subject": SUBJECT, "details": DETAILS}
        case = file(Filing(citizen=amina, **said), by=amina.user, at=timezone.now())
        accept(case, by=omar, at=timezone.now(), days=3)
        close(case, by=omar, at=timezone.now(), outcome="solved", found=FOUND, done=DONE)
        tasks.sweep_up()
        tasks.deliver("notices")
        clock_tasks.escalate()
        assert sign_in(Client(), lina).get(reverse("reports")).status_code == 200
        assert sign_in(Client(), omar).get(reverse("queue"), {"q": "المياه"}).status_code == 200

    assert at_once(*[clerk] * CLERKS) == [None] * CLERKS
    assert set(Case.objects.values_list("state", flat=True)) == {"closed"}
    assert Message.objects.filter(state="accepted").exists()
    call_command("verify_history", verbosity=0)
    assert 1 <= pooler.server_connections(str(connection.settings_dict["NAME"])) <= POOL_SIZE


def test_rows_are_streamed_while_others_use_the_connections(pooler: Pooler, hours: object) -> None:
    for number in range(3):
        make_agency(f"agency-{number}", f"جهة {number}", f"Agency {number}")
    agencies, found = Agency.objects.order_by("code").values_list("code", flat=True), []
    for code in stream(agencies):
        found.append(code)
        use_the_connections(pooler)
    assert found == [f"agency-{number}" for number in range(3)]


def test_what_a_session_keeps_is_lost(pooler: Pooler) -> None:
    """The control: this pooler does lend the connection to somebody else."""
    address = pooler.url(str(connection.settings_dict["NAME"]))
    with psycopg.connect(address, autocommit=True, prepare_threshold=None) as session:
        session.execute("DECLARE kept CURSOR WITH HOLD FOR SELECT generate_series(1, 3)")
        assert session.execute("FETCH kept").fetchone() == (1,)
        with psycopg.connect(address, prepare_threshold=None) as other:
            other.execute("SELECT 1")  # holds the connection that has the cursor
            with pytest.raises(psycopg.errors.InvalidCursorName):
                session.execute("FETCH kept")


def use_the_connections(pooler: Pooler) -> None:
    """Begin a transaction on every connection that is free, and end it."""
    address = pooler.url(str(connection.settings_dict["NAME"]))
    with psycopg.connect(address, prepare_threshold=None) as other:
        other.execute("SELECT 1")
