"""The record of what a registry answered about a person."""

from __future__ import annotations

from datetime import datetime

from accounts.identity.registries import Finding
from accounts.models import Citizen, IdentityCheck


def record_check(citizen: Citizen, finding: Finding, *, at: datetime) -> None:
    """Keep what the registry said and which parts matched; what the registry holds is not kept."""
    IdentityCheck.objects.create(
        citizen=citizen, source=finding.source, outcome=finding.outcome, fields_matched=list(finding.fields), at=at
    )
