"""The span of time in which a deadline counts as due soon."""

from __future__ import annotations

from datetime import timedelta

#: Cases due within this span are marked as due soon.
SOON = timedelta(days=2)
