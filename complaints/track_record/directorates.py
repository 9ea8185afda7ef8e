"""The directorate that is filled in when a case is accepted: that of the agency's newest case on the topic."""

from __future__ import annotations

from complaints.models import Case


def last_directorate(agency: int | None, topic: int | None) -> int | None:
    """Return the key of the directorate that has the newest case of ``agency`` on ``topic``; one statement at most."""
    if agency is None or topic is None:
        return None
    cases = Case.objects.filter(agency=agency, topic=topic, directorate__isnull=False)
    return cases.order_by("-pk").values_list("directorate", flat=True).first()
