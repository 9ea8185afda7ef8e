"""The drill: a system is lost, its backup is restored into a fresh cluster, verified, and sending is released."""

import hashlib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Citizen
from complaints.models import Attachment, Case, CaseEvent
from config.backup import making, manifest
from config.backup.making import count_rows
from config.database_roles import as_owner
from notifications import periodic
from notifications.models import DatabaseIdentity, Hold, Message, MessageState
from notifications.sending import claims
from tests.backup.conftest import Town
from tests.cast import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def restored(town: Town, fresh: None) -> Town:
    call_command("restore", str(town.backup), stdout=StringIO())
    return town


def test_the_drill(restored: Town, tmp_path: Path) -> None:
    """One test, because a restore takes seconds: each block is something that must hold after it."""
    described = manifest.read(restored.backup)
    # Rows: the hold and its alarm are new, the rest is what was there.
    found = count_rows()
    differing = {table for table, rows in described.rows.items() if found[table] != rows}
    assert differing == {"notifications_hold", "notifications_alarm"}

    # Identities: under the keys, which the backup does not hold.
    amina = Citizen.objects.get()
    assert (amina.phone, amina.number) == (restored.phone, restored.number)

    # History: intact, and guarded again.
    call_command("verify_history", stdout=StringIO())
    case = Case.objects.get(reference=restored.reference)
    with as_owner(), pytest.raises(IntegrityError, match="append-only"):
        CaseEvent.objects.filter(case=case).delete()
    with pytest.raises(IntegrityError, match="by a transition only"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="triage", promised_on=None)

    # Rights: those of the roles of this cluster, which a dump does not carry.
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        CaseEvent.objects.filter(case=case).delete()
    assert Message.objects.filter(language="ar").update(language="ar") > 0

    # Files: each with the checksum of its row.
    (attachment,) = Attachment.objects.all()
    assert hashlib.sha256(attachment.file.read()).hexdigest() == attachment.sha256

    # Messages: nothing leaves before an operator says so, and what was waiting is asked about first.
    waiting = Message.objects.filter(state=MessageState.PENDING).count()
    assert (waiting > 0, Hold.objects.filter(ended_at=None).count()) == (True, 1)
    claims.end(by="user:huda")
    assert (claims.current(), Message.objects.filter(state=MessageState.UNKNOWN).count()) == (None, waiting)
    claims.begin_if_restored()
    assert (claims.current(), DatabaseIdentity.objects.count()) == (None, 1)

    # Backups: the newest is known, so that a missing one is noticed.
    call_command("backup", str(tmp_path / "backups"), stdout=StringIO())
    (newest,) = making.complete(tmp_path / "backups")
    assert manifest.read(newest).made_at == periodic.last_backup().isoformat()


def the_last_two(app: str) -> tuple[str, str]:
    """Return the last migration of an app, and the one before it."""
    graph = MigrationLoader(connection).graph
    (last,) = graph.leaf_nodes(app)
    (before,) = (parent.key for parent in graph.node_map[last].parents if parent.key[0] == app)
    return last[1], before[1]


def test_a_backup_of_an_older_version_is_migrated(restored: Town, tmp_path: Path) -> None:
    last, before = the_last_two("complaints")
    with as_owner():
        call_command("migrate", "complaints", before, verbosity=0)
        older, described = making.make(tmp_path / "backups", at=NOW)
    call_command("restore", str(older), "--replace", stdout=StringIO())
    newest = f"complaints.{last}"
    applied = {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
    assert (newest in described.migrations, newest in applied) == (False, True)
    assert (Case.objects.get().reference, Hold.objects.filter(ended_at=None).count()) == (restored.reference, 1)
