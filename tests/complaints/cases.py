"""What makes topics and files of a case; the types of the fixtures that make cases and drafts."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Citizen
from agencies.models import Topic
from complaints.models import Answer, Attachment, Case, Consultation, Draft

type FileCase = Callable[..., Case]
type Bounce = Callable[..., Case]
type MakeDraft = Callable[..., Draft]
type Neighbours = Callable[[int], list[Citizen]]


def make_topic(code: str, name_ar: str, name_en: str, *, parent: Topic | None = None, **fields: object) -> Topic:
    """Make a topic of complaints with a limit of seven working days, or what its arguments say instead."""
    defaults: dict[str, object] = {"kinds": ["complaint"], "priority": "normal", "limit_days": 7}
    return Topic.objects.create(code=code, name_ar=name_ar, name_en=name_en, parent=parent, **(defaults | fields))


def attach(
    case: Case, at: datetime, name: str, consultation: Consultation | None = None, answer: Answer | None = None
) -> Attachment:
    """Put a file on a case, of the citizen or of the consultation or the answer it came with."""
    return Attachment.objects.create(
        case=case,
        consultation=consultation,
        answer=answer,
        file=SimpleUploadedFile("x", b"x"),
        name=name,
        content_type="image/jpeg",
        size=1,
        sha256=hashlib.sha256(b"x").hexdigest(),
        added_at=at,
    )
