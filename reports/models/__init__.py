"""All tables of reports."""

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
    "Directive",
    "DirectiveFile",
    "DirectiveLevel",
    "DirectiveNotice",
    "DirectiveState",
    "DirectiveStep",
    "DirectiveStepKind",
    "IssuingOffice",
]
