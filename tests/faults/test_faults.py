"""A short storm and short chaos, with their negative controls; `run.py bench` has the long ones."""

import json
import subprocess
import sys

import pytest

from config.devstack.state import ROOT
from tests.faults import harness
from tests.faults.chaos import command, plan as chaos_plan
from tests.faults.chaos.plan import ChaosFound
from tests.faults.plan import Found, Plan

# In one process, which loads the code and makes a database once.
pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

SHORT = {
    "messages": 40,
    "seconds": 3.0,
    "time_factor": 1 / 240,
    "to_the_end": False,
    "kills": 10,
    "senders_after": 1,
    "patience": 30.0,
}
#: What a control must fail on is scheduled, for its first three messages: it needs no long storm.
FEW = SHORT | {"crashes": 0, "flushes": 0, "messages": 8, "seconds": 0.5, "kills": 2}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found | ChaosFound]:
    plans = [
        *command.short(),
        Plan(name="short storm", seed=7, crashes=1, flushes=1, stops=0, **SHORT),
        harness.to_programs(**(SHORT | {"crashes": 1, "flushes": 0, "stops": 0, "messages": 20})),
        *harness.controls(**FEW),
    ]
    asked, answered = (tmp_path_factory.mktemp("faults") / name for name in ("plans", "found"))
    asked.write_text(json.dumps([plan.text() for plan in plans]))
    # A process of its own, with settings of its own, and without the threads of this one: it forks.
    subprocess.run([sys.executable, "-m", "tests.faults", str(asked), str(answered)], cwd=ROOT, check=True)
    runs = json.loads(answered.read_text())
    return {run["name"]: ChaosFound.read(run) if "rows" in run else Found(**run) for run in runs}


def test_every_case_is_whole_after_its_pages_were_killed_crashed_and_full(found: dict[str, ChaosFound]) -> None:
    chaos = found["short chaos"]
    assert chaos_plan.violations(chaos) == []
    assert [row.fault for row in chaos.rows] == ["web killed", "database crashed", "disk full"]


def test_pages_without_their_guarantees_lose_messages_and_cut_files_short(found: dict[str, ChaosFound]) -> None:
    assert chaos_plan.violations(found["control: weakened pages"]) == []


def test_nothing_is_lost_and_nothing_is_sent_twice_while_everything_fails(found: dict[str, Found]) -> None:
    storm = found["short storm"]
    assert harness.violations(storm) == [], storm.evidence
    assert (storm.messages, storm.crashes, storm.lost, storm.duplicate) == (40, 1, 0, 0)
    assert storm.kills >= 10


def test_requeuing_without_asking_sends_twice(found: dict[str, Found]) -> None:
    control = found["control: requeue"]
    assert harness.violations(control) == []
    assert control.duplicate >= 1


def test_marking_before_sending_loses(found: dict[str, Found]) -> None:
    control = found["control: mark first"]
    assert harness.violations(control) == []
    assert control.lost >= 1


def test_programs_outside_take_each_call_once_by_their_own_ledger(found: dict[str, Found]) -> None:
    outside = found["programs outside"]
    assert harness.violations(outside) == [], outside.evidence
    assert (outside.messages, outside.lost, outside.duplicate, outside.unsettled) == (20, 0, 0, 0)
    assert outside.kills >= 10


def test_programs_that_forget_ids_take_calls_twice(found: dict[str, Found]) -> None:
    control = found["control: forget ids"]
    assert harness.violations(control) == []
    assert control.duplicate >= 1


def test_the_long_runs_are_what_they_are_called() -> None:
    (chaos, _control), storms = command.every_plan(30), harness.every_plan()
    assert (chaos.faults, chaos.has_workers) == (chaos_plan.LONG, True)
    assert len({plan.name for plan in storms}) == len(storms)
