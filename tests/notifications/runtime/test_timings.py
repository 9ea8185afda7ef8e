"""The spans of the protocol fit into each other, with every factor; each alarm has its paragraph in the runbook."""

import re
from typing import Any

import pytest

from config.devstack.state import ROOT
from notifications.models import AlarmKind
from notifications.runtime import USUAL, timings


def test_a_message_on_the_wire_is_settled_before_its_lease_is_over() -> None:
    assert USUAL.mark_to_send + USUAL.connect + USUAL.read < USUAL.least_lease < USUAL.lease


def test_two_checks_are_over_long_before_a_person_decides() -> None:
    assert USUAL.first_check + USUAL.second_check + 2 * USUAL.check_again < USUAL.until_decision


@pytest.mark.parametrize("factor", [1 / 120, 1.0, 2.0])
def test_one_setting_scales_every_span(settings: Any, factor: float) -> None:
    settings.NOTIFICATIONS_TIME_FACTOR = factor
    scaled = {name: getattr(timings(), name) / span for name, span in vars(USUAL).items()}
    assert scaled == {name: pytest.approx(factor, rel=1e-3) for name in vars(USUAL)}


def test_the_runbook_has_a_paragraph_for_every_alarm() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    # The other parts of the status page follow.
    assert re.findall(r"^## (\w+)$", runbook, re.MULTILINE)[: len(AlarmKind)] == list(AlarmKind.values)
