"""The steps of `run.py check` that a broken change most often fails, so that the tests alone notice it too."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command

from config.devstack import check
from config.devstack.state import ROOT

STEPS = [step for step in check.steps() if step[0] in check.ASKED_BY_SUITE - {"documents"}]
#: The checks that find a carrier which only pretends.
FIND_IT = ["config.E001", "notifications.E002"]
#: What needs no settings of its own is asked of this process, which has everything loaded.
HERE = {"catalogue", "migrations"}


@pytest.mark.parametrize("step", STEPS, ids=[step[0] for step in STEPS])
@pytest.mark.django_db
def test_a_step_of_the_check_passes(step: check.Step) -> None:
    name, (_python, _manage, *command), _environment = step
    if name in HERE:
        call_command(*command)  # ends with the status that the command would have
        return
    done = run(step)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_deployment_check_finds_a_wrong_setting_and_nothing_else() -> None:
    """With one setting of a demonstration, of which two checks say so: all others find nothing."""
    name, command, environment = next(step for step in check.steps() if step[0] == "deployment")
    carrier = "notifications.carriers.embedded.EmbeddedCarrier"
    done = run((name, command, {**environment, "SMS_CARRIERS": carrier}))
    assert (done.returncode, re.findall(r"^\S+ \((\S+)\)", done.stderr, re.MULTILINE)) == (1, FIND_IT)
    assert f"SMS_CARRIERS names {carrier}, which only pretends" in done.stderr


#: As mypy on a machine that is busy: its own processes come too late, for none it need not wait.
COMES_TOO_LATE = """
import os, sys
if os.environ.get("MYPY_NUM_WORKERS") != "0":
    print("Failed to establish connection with worker: No status file found")
    sys.exit(2)
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize(("status", "failed"), [(0, 0), (1, 1)], ids=["right", "wrong"])
def test_types_are_checked_by_one_process_where_others_start_too_late(
    status: int, failed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert check.run([("types", [sys.executable, "-c", COMES_TOO_LATE, str(status)], {})]) == failed
    assert "No status file found" not in capfd.readouterr().out


def run(step: check.Step) -> subprocess.CompletedProcess[str]:
    _name, command, settings = step
    # The journeys switch a safety off for themselves, which the deployment check rightly refuses.
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return subprocess.run(
        command, cwd=ROOT, env=inherited | dict(settings), capture_output=True, text=True, check=False, timeout=120
    )
