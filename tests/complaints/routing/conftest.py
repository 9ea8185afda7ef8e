"""Desks and citizens at the keyboard, as the other tests of cases have them."""

from tests.complaints.citizen.conftest import as_amina, make_draft
from tests.complaints.desk.conftest import clock, desk, english

__all__ = ["as_amina", "clock", "desk", "english", "make_draft"]
