"""``python -m tests.faults PLANS FOUND``: the runs of one file, for a process that has loaded other settings."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults import harness
from tests.faults.chaos.plan import ChaosPlan
from tests.faults.plan import Plan

# As many as the short storms, which wait most of the time.
AT_ONCE = 3


def main(plans: Path, found: Path) -> None:
    """Do all runs at once, and write what was found."""
    chosen = [(ChaosPlan if "faults" in plan else Plan)(**plan) for plan in json.loads(plans.read_text())]
    found.write_text(json.dumps([asdict(run) for run in harness.run(chosen, at_once=AT_ONCE)]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
