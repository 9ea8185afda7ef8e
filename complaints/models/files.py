"""The files of a case, from citizen, agency or directorate: stored under a random name, served with the case."""

from __future__ import annotations

import mimetypes
import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.models.history import events_of_its_case
from complaints.workflow import Action

#: Every voice note is written anew as this; see ``complaints.attachments.rewritten``.
VOICE_TYPE = "audio/mpeg"


#: What citizens, or who speaks for them, do with files; files that came with anything else are of staff.
CITIZENS_ACTS = (Action.ADD, Action.REPLY)
_OF_NO_OFFICE = Q(consultation__isnull=True, answer__isnull=True)
#: Files that the citizen sent, and those that staff sent to the citizen with a question or chose from a finding.
FROM_CITIZEN = _OF_NO_OFFICE & (Q(event__isnull=True) | Q(event__action__in=CITIZENS_ACTS))
TO_CITIZEN = _OF_NO_OFFICE & Q(event__action=Action.ASK) | Q(shown__isnull=False)


def storage_name(attachment: Attachment, _name: str) -> str:
    """Return a random name, which reveals nothing about the person or the file."""
    return f"attachments/{attachment.id.hex[:2]}/{attachment.id.hex}"


class AttachmentMark(models.TextChoices):
    """What a file of an answer shows."""

    BEFORE = "before", _("Before the work")
    AFTER = "after", _("After the work")
    OTHER = "other", _("Other")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Files by where they come from."""

    def unwritten_voices(self) -> Self:
        """Return the citizens' voice notes that nobody has written down, the oldest first."""
        voices = self.filter(content_type=VOICE_TYPE, transcript_event__isnull=True, case__isnull=False)
        return voices.from_citizen().order_by("added_at", "pk")

    def from_citizen(self) -> Self:
        """Return the files the citizen sent, with the case or later."""
        return self.filter(FROM_CITIZEN)


class Attachment(models.Model):
    """One file of a draft, of a case, or prepared for the answer of a case until that is sent; or of staff and no case.

    ``event`` is what it came with: an addition, a reply, a note or a question; empty for what was filed with the case
    and for what came with a finding. ``taken_at`` and the two coordinates are what the camera wrote into a photo of an
    answer. ``seconds`` is the length of a voice note, whose ``transcript`` stands in the details of the case since
    ``transcript_event``. A file that ``prepared_by`` alone owns belongs to what another app records, such as the
    evidence of a directive: its row points here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("complaints.Case", models.CASCADE, null=True, blank=True, related_name="attachments")
    # A file of a request or of a finding; staff and the directorate see it, the citizen where it is a ``ShownFile``.
    consultation = models.ForeignKey(
        "complaints.Consultation", models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    answer = models.ForeignKey("complaints.Answer", models.CASCADE, null=True, blank=True, related_name="attachments")
    # complaints.attachments.uploads moves the files of a draft to the case or removes them: nothing is left to cascade.
    draft = models.ForeignKey("complaints.Draft", models.DO_NOTHING, null=True, blank=True, related_name="attachments")
    prepared_for = models.ForeignKey(
        "complaints.Case", models.CASCADE, null=True, blank=True, related_name="prepared_files"
    )
    prepared_by = models.ForeignKey("accounts.User", models.CASCADE, null=True, blank=True, related_name="+")
    event = models.ForeignKey("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to=storage_name)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    mark = models.CharField(max_length=6, choices=AttachmentMark, blank=True, default="", db_default="")
    taken_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    transcript = models.TextField(blank=True, default="", db_default="")
    transcript_event = models.ForeignKey(
        "complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AttachmentQuerySet.as_manager()
    #: The thumbnail of a picture that is not stored yet.
    new_thumbnail: bytes = b""

    class Meta:
        verbose_name = _("attachment")
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, draft__isnull=True, prepared_for__isnull=True)
                | Q(case__isnull=True, draft__isnull=False, prepared_for__isnull=True)
                | Q(case__isnull=True, draft__isnull=True, prepared_by__isnull=False),
                name="attachment_has_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=True, consultation__isnull=True)
                | Q(case__isnull=False, answer__isnull=False, consultation__isnull=True, event__isnull=True)
                | Q(case__isnull=False, answer__isnull=True, consultation__isnull=False),
                name="attachment_of_an_answer_or_a_finding",
            ),
            events_of_its_case("attachment_events_are_of_its_case", "event", "transcript_event"),
        ]
        indexes = [
            models.Index(
                fields=["added_at"],
                condition=Q(content_type=VOICE_TYPE, transcript_event__isnull=True, case__isnull=False),
                name="attachment_unwritten_voice",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def plain_name(self) -> str:
        """Return a name for those who may not learn who filed the case: people name files after themselves."""
        return f"{self.id.hex[:8]}{mimetypes.guess_extension(self.content_type) or ''}"

    @property
    def is_voice(self) -> bool:
        """Tell whether it is a voice note."""
        return self.content_type == VOICE_TYPE

    @property
    def is_picture(self) -> bool:
        """Tell whether pages may show the file, and not only offer it as a download."""
        return self.content_type in PICTURE_TYPES


#: The formats that uploads write anew as pictures, with the decoder for each.
PICTURE_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}


class Thumbnail(models.Model):
    """The small JPEG of a picture, made once when it arrives; in the database, so that it goes where its row goes."""

    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="thumbnail")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("thumbnail")

    def __str__(self) -> str:
        return str(self.attachment_id)


class ShownFile(models.Model):
    """A directorate's file that its agency lets the citizen see, since ``event``; hidden again, the row is gone."""

    attachment = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="shown")
    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="+")
    event = models.ForeignKey("complaints.CaseEvent", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file shown to the citizen")
        constraints = [events_of_its_case("shown_file_event_is_of_its_case", "event")]

    def __str__(self) -> str:
        return str(self.attachment_id)


class Upload(models.Model):
    """A file of a draft that arrives in pieces, until it is complete; ``received`` is how many bytes are there.

    ``draft`` is no foreign key: a draft is filed and deleted in one statement, and what is left here ends by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.UUIDField()
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    received = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("upload")
        constraints = [
            models.UniqueConstraint(fields=["draft", "sha256", "size"], name="upload_once_for_each_draft"),
            models.CheckConstraint(condition=Q(received__lte=models.F("size")), name="upload_is_within_its_size"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class UploadPiece(models.Model):
    """One piece of an upload, which begins at the byte ``start``."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces")
    start = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("piece of an upload")
        ordering = ["start"]
        constraints = [models.UniqueConstraint(fields=["upload", "start"], name="upload_piece_once")]

    def __str__(self) -> str:
        return f"{self.upload_id}: {self.start}"


# ---- The files that prove a mandate, which the unit alone sees. ----


class MandatePaper(models.Model):
    """A file that proves a mandate, sent by its representative: gone some time after the mandate is over."""

    mandate = models.ForeignKey("accounts.Mandate", models.PROTECT, related_name="+")
    attachment = models.OneToOneField("complaints.Attachment", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("paper of a mandate")
        verbose_name_plural = _("papers of mandates")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.mandate_id}: {self.attachment_id}"
