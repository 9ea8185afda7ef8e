"""When a deadline is near."""

from __future__ import annotations

from datetime import timedelta

#: What is due within this span is marked as due soon.
SOON = timedelta(days=2)
