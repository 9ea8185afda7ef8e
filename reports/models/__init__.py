"""All tables of reports."""

from reports.models.audits import AuditItem, AuditRound, AuditSample, AuditScore
from reports.models.directives import (
    Directive,
    DirectiveFile,
    DirectiveLevel,
    DirectiveNotice,
    DirectiveState,
    DirectiveStep,
    DirectiveStepKind,
    IssuingOffice,
)

__all__ = [
    "AuditItem",
    "AuditRound",
    "AuditSample",
    "AuditScore",
    "Directive",
    "DirectiveFile",
    "DirectiveLevel",
    "DirectiveNotice",
    "DirectiveState",
    "DirectiveStep",
    "DirectiveStepKind",
    "IssuingOffice",
]
