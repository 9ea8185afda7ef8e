"""The command that holds the history of every case against its keys, its texts and the anchors outside."""

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Exists, OuterRef
from django.utils import timezone

from complaints.engine import history
from complaints.engine.history import first_forged
from complaints.models import Case, CaseEvent
from kit.streams import stream


class Command(BaseCommand):
    """Name forged events, cut chains, rewritten texts, and what differs from the anchors."""

    help = "Verify the history of every case: chain, texts, anchors; fails and names what was forged, cut or rewritten."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let a restored backup, which is older than the newest anchors, be verified by itself."""
        parser.add_argument("--without-anchors", action="store_true", help="Do not compare with the anchors.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the whole history, every text and every anchor once."""
        found = [*_forged(), *_cut_off(), *history.rewritten()]
        if not options["without_anchors"]:
            found += history.faults(at=timezone.now())
        if found:
            raise CommandError("\n".join(found))
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
