"""All tables of reports."""

from reports.models.audits import AuditItem, AuditRound, AuditSample, AuditScore
from reports.models.circulation import (
    Annex,
    AnnexAnswer,
    AnnexFile,
    AnnexNotice,
    AnnexNoticeKind,
    Circulation,
)
from reports.models.commitment import IndexEdition, IndexReply, IndexRule
from reports.models.dashboards import KeptList, KeptListName
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
from reports.models.figures import FigureChange, FigureDay, FigureDuration, FigureEntry, FigureState, FigureTotal
from reports.models.periodic import (
    COMMENT_LENGTH,
    FROZEN,
    REASON_LENGTH,
    PeriodicReport,
    ReportKind,
    ReportState,
    SectionComment,
)
from reports.models.phenomena import (
    Phenomenon,
    PhenomenonCase,
    PhenomenonEntry,
    PhenomenonEntryKind,
    PhenomenonFile,
    PhenomenonState,
)

__all__ = [
    "COMMENT_LENGTH",
    "FROZEN",
    "REASON_LENGTH",
    "Annex",
    "AnnexAnswer",
    "AnnexFile",
    "AnnexNotice",
    "AnnexNoticeKind",
    "AuditItem",
    "AuditRound",
    "AuditSample",
    "AuditScore",
    "Circulation",
    "Directive",
    "DirectiveFile",
    "DirectiveLevel",
    "DirectiveNotice",
    "DirectiveState",
    "DirectiveStep",
    "DirectiveStepKind",
    "FigureChange",
    "FigureDay",
    "FigureDuration",
    "FigureEntry",
    "FigureState",
    "FigureTotal",
    "IndexEdition",
    "IndexReply",
    "IndexRule",
    "IssuingOffice",
    "KeptList",
    "KeptListName",
    "PeriodicReport",
    "Phenomenon",
    "PhenomenonCase",
    "PhenomenonEntry",
    "PhenomenonEntryKind",
    "PhenomenonFile",
    "PhenomenonState",
    "ReportKind",
    "ReportState",
    "SectionComment",
]
