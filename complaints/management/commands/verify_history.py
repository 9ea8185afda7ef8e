"""The command that holds the history of every case against its hashes."""

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, OuterRef

from complaints.engine.history_chain import first_forged
from complaints.models import Case, CaseEvent
from kit.streams import stream


class Command(BaseCommand):
    """Name the events that do not follow from the ones before them, and the cases whose newest event is gone."""

    help = "Verify the hash chain of every case; fails and names what was forged or cut off."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Read the whole history once, in the order of its chains."""
        faults = [*_forged(), *_cut_off()]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("Every chain holds.")


def _forged() -> list[str]:
    events = stream(CaseEvent.objects.order_by("case_id", "number"))
    chains = groupby(events, key=lambda event: event.case_id)
    found = [(case, first_forged(chain)) for case, chain in chains]
    return [f"case {case}: event {event.number} was forged" for case, event in found if event is not None]


def _cut_off() -> list[str]:
    newest = CaseEvent.objects.filter(case=OuterRef("pk"), number=OuterRef("version"), chain=OuterRef("chain"))
    cases = Case.objects.filter(~Exists(newest)).order_by("pk").values_list("pk", flat=True)
    return [f"case {case}: the newest event is missing" for case in cases]
