"""Journeys in a real browser over the whole running system: from the seed, through pages alone."""

import pytest

# A failed assertion in what the journeys share is to show its values too.
pytest.register_assert_rewrite("tests.journeys.acts", "tests.journeys.look", "tests.journeys.person")
