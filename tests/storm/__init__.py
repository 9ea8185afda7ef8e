"""People, links and sweepers who act on a few cases at the same moment, in threads; then the database is asked."""

import pytest

# A failed assertion in what is shared is to show its values too.
pytest.register_assert_rewrite("tests.storm.invariants")
