"""Records what a registry answered about a citizen."""

from __future__ import annotations

from datetime import datetime

from accounts.identity.registries import RegistryFinding
from accounts.models import Citizen, IdentityCheck


def record_check(citizen: Citizen, finding: RegistryFinding, *, at: datetime) -> None:
    """Record the registry's answer and which fields matched, but not the data of the registry."""
    IdentityCheck.objects.create(
        citizen=citizen, source=finding.source, outcome=finding.outcome, fields_matched=list(finding.fields), at=at
    )
