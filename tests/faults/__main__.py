"""``python -m tests.faults PLANS FOUND``: the runs of one file, for a process that has loaded other settings."""

import json
import sys
from pathlib import Path

from tests.faults import harness
from tests.faults.plan import Plan


def main(plans: Path, found: Path) -> None:
    """Do all runs at once, and write what was found."""
    chosen = [Plan(**plan) for plan in json.loads(plans.read_text())]
    found.write_text(json.dumps([vars(run) for run in harness.run(chosen, at_once=len(chosen))]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
