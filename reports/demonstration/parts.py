"""The parts of the demonstration's reports, in the order they are made, and how each is made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import models, transaction

from accounts.demo import NotADemonstration
from complaints.models import TrackRecordCount
from reports.demonstration import (
    audits,
    circulation,
    commitment,
    dashboards,
    directives,
    figures,
    periodic,
    phenomena,
    track_record,
)
from reports.models import (
    AuditRound,
    Circulation,
    Directive,
    FigureTotal,
    IndexEdition,
    KeptList,
    PeriodicReport,
    Phenomenon,
)

type Step = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True)
class DemonstrationPart:
    """One part: its name in the progress, the function that makes its rows, and a table that then has rows."""

    name: str
    make: Callable[[datetime], object]
    table: type[models.Model]

    @property
    def is_made(self) -> bool:
        """Tell whether its table has rows already."""
        return models.QuerySet(self.table).exists()


#: A later part may build on the rows of an earlier one.
PARTS: tuple[DemonstrationPart, ...] = (
    DemonstrationPart("figures", figures.make, FigureTotal),
    DemonstrationPart("audits", audits.make, AuditRound),
    DemonstrationPart("commitment index", commitment.make, IndexEdition),
    DemonstrationPart("phenomena", phenomena.make, Phenomenon),
    DemonstrationPart("periodic reports", periodic.make, PeriodicReport),
    DemonstrationPart("directives", directives.make, Directive),
    DemonstrationPart("circulation", circulation.make, Circulation),
    DemonstrationPart("track records", track_record.make, TrackRecordCount),
    DemonstrationPart("lists of the dashboards", dashboards.make, KeptList),
)


def make_parts(at: datetime, *, step: Step, parts: Sequence[DemonstrationPart] = PARTS) -> list[str]:
    """Make the parts whose tables are empty, each in a transaction; return their names.

    ``step`` shows the progress of one. A part that was made before is left as it is, so that an interrupted start goes
    on where it was. Raises ``accounts.demo.NotADemonstration`` outside EMBEDDED mode.
    """
    if not settings.EMBEDDED:
        raise NotADemonstration
    made = []
    for part in parts:
        if not part.is_made:
            with step(part.name), transaction.atomic():
                part.make(at)
            made.append(part.name)
    return made
