"""A backup of a small town, made once, and a fresh cluster to restore it into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from accounts.roles import Role
from agencies.models import Governorate, Period, WorkingHours
from complaints.actions import accept, file
from complaints.actions.filing import Filing
from complaints.attachments import uploads
from complaints.models import Case
from config.backup import making
from config.database_roles import as_owner
from config.devstack import servers, throwaway
from notifications.sending import claims
from tests.backup.clusters import connected_to
from tests.cast import NOW, make_agency, make_citizen, make_staff
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.cases import make_topic
from tests.complaints.sample_files import upload
from tests.conftest import delete_all_rows


@dataclass(frozen=True)
class Town:
    """The backup, the folder of the running system's files, and what is in the backup."""

    backup: Path
    media: Path
    reference: str
    phone: str
    number: str


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Town:
    """A system with an accepted case, its file and its messages: backed up, and then gone."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=str(media)):
        try:
            case = _fill()
            with as_owner():
                backup, _ = making.make(tmp_path_factory.mktemp("backups"), at=NOW)
        finally:
            delete_all_rows()
    return Town(backup, media, case.reference, case.citizen.phone, case.citizen.number)


def _fill() -> Case:
    claims.begin_if_restored()
    WorkingHours.objects.create(period=Period.NORMAL, opens=time(8, 30), closes=time(15, 30))
    amman = Governorate.objects.create(code="JO-AM", name_ar="العاصمة", name_en="Amman (Capital)", sort_order=1)
    water = make_agency("miyahuna", "شركة مياه الأردن", "Jordan Water Company")
    omar = make_staff("omar@miyahuna.example", "عمر الصمادي", "Omar Smadi", "+962790100001", water, Role.OFFICER)
    amina = make_citizen("أمينة", "الخطيب", "9902103456", "+962790001234", governorate=amman)
    outage = make_topic("outage", "انقطاع المياه", "Water outage")
    filing = Filing(
        citizen=amina, kind="complaint", agency=water, topic=outage, subject=SUBJECT, details=DETAILS, governorate=amman
    )
    case = file(filing, by=amina.user, at=NOW)
    accept(case, by=omar, at=NOW, days=5)
    attachment = uploads.receive(upload("pipe.jpg"), at=NOW)
    attachment.case = case
    attachment.save()
    return case


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """A cluster that was never used, and its address."""
    with throwaway.folder() as base, servers.postgres(base / "postgres", durable=False) as url:
        yield url


@pytest.fixture
def fresh(cluster: str, transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """An empty database and an empty folder of files, to which everything in the test leads."""
    addresses = servers.make_database(cluster, tmp_path.name)
    settings.MEDIA_ROOT = str(tmp_path / "media")
    with connected_to(addresses):
        yield
