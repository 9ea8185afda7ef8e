"""The form field for attachments, and the form with it: accepted files, and a sentence for each refused one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from accounts import rate_limits
from accounts.models import Citizen, Mandate, MandateState, User
from accounts.models.mandates import WAITS
from complaints.attachments import picture_process, recognition, uploads
from complaints.attachments.recognition import FileRefused, RefusalCause
from complaints.attachments.rewritten import MOST_SECONDS
from complaints.models import Attachment, MandatePaper
from kit.forms import Form, MultipleFileField

KILOBYTE = 1024
#: Said beside the field when the files of a form cannot be stored: no room, or a bucket that does not take them.
NOT_STORED = _("Your files were not saved: they cannot be stored at the moment. What you wrote is still here.")


class AttachmentsField(MultipleFileField):
    """Up to ten files; ``take`` checks size and content of each, so that a bad file does not refuse the others."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Photos or files"))
        kwargs.setdefault(
            "help_text",
            _(
                "Up to 10 files of up to 10 MB each: photos, PDF, voice notes of up to 60 seconds, or short videos of "
                "up to 50 MB."
            ),
        )
        super().__init__(most=uploads.MOST_FILES, accept=recognition.ACCEPT, required=False, **kwargs)

    def _check_sizes(self, files: Sequence[UploadedFile[Any]]) -> None:
        """Check nothing here: ``take`` checks the size of each file."""


class UploadForm(Form):
    """A form with files. ``taken`` are those that can be stored, also where the form has errors.

    ``uploader`` is who sends them, for the limits of an hour, and ``network`` from where, if nobody is signed in;
    ``room`` is how many there may be.
    """

    attachments = AttachmentsField()

    def __init__(
        self,
        *args: Any,
        uploader: str,
        at: datetime,
        room: int = uploads.MOST_FILES,
        network: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.uploader, self.at, self.room, self.network = uploader, at, room, network
        self.taken: list[Attachment] = []

    def clean_attachments(self) -> list[UploadedFile[Any]]:
        """Take the good files and name the others."""
        files: list[UploadedFile[Any]] = self.cleaned_data["attachments"]
        self.taken, refused = take(files, room=self.room, uploader=self.uploader, at=self.at, network=self.network)
        if refused:
            raise ValidationError(refused, code="refused")
        return files


def uploader_key(user: User) -> str:
    """Return what the uploads of a user are counted by."""
    return str(user.pk)


def take(
    files: Sequence[UploadedFile[Any]],
    *,
    room: int,
    uploader: str,
    at: datetime,
    keeps_facts: bool = False,
    network: str = "",
) -> tuple[list[Attachment], list[str]]:
    """Return unsaved attachments for the accepted files, and a sentence for each refused one.

    Raises ValidationError, and accepts none, when there are more than ``room`` or than ``uploader`` may send an hour.
    """
    if len(files) > room:
        raise ValidationError(_too_many(room), code="too_many")
    if files:
        kilobytes = sum(-(-(file.size or 0) // KILOBYTE) for file in files)
        spend(uploader, files=len(files), kilobytes=kilobytes, at=at, network=network)
    return accept(files, at=at, keeps_facts=keeps_facts)


def accept(
    files: Sequence[UploadedFile[Any]], *, at: datetime, keeps_facts: bool = False
) -> tuple[list[Attachment], list[str]]:
    """Return unsaved attachments for the accepted files, and a sentence for each refused one; counts nothing."""
    taken, refused, until = [], [], picture_process.patience()
    for place, file in enumerate(files):
        try:
            taken.append(_received(file, place, at=at, until=until, keeps_facts=keeps_facts))
        except FileRefused as refusal:
            refused.append(refusal_text(refusal.reason, uploads.tidy_name(file.name or "")))
    return taken, refused


def _received(file: UploadedFile[Any], place: int, *, at: datetime, until: float, keeps_facts: bool) -> Attachment:
    # A microsecond apart, so that they stay in the order they were chosen in.
    moment = at + timedelta(microseconds=place)
    return uploads.receive(file, at=moment, until=until, keeps_facts=keeps_facts)


def spend(uploader: str, *, files: int, kilobytes: int, at: datetime, network: str = "") -> None:
    """Count files before they are opened: a refused one costs as much as an accepted one; raises ValidationError."""
    try:
        # First, so that a network at its limit leaves no more rows of new browsers.
        if network:
            rate_limits.spend(rate_limits.VISITORS_FILES_PER_NETWORK, network, at=at, amount=files)
            rate_limits.spend(rate_limits.VISITORS_KILOBYTES_PER_NETWORK, network, at=at, amount=kilobytes)
        rate_limits.spend(rate_limits.UPLOADED_FILES_PER_PERSON, uploader, at=at, amount=files)
        rate_limits.spend(rate_limits.UPLOADED_KILOBYTES_PER_PERSON, uploader, at=at, amount=kilobytes)
    except rate_limits.RateLimitReached:
        text = gettext("You have sent as many files as you can in one hour. Send these files in an hour.")
        raise ValidationError(text, code="quota") from None


def _too_many(room: int) -> str:
    if not room:
        return gettext("You have already added 10 files. Remove one to add another.")
    sentence = ngettext("You can add %(limit)s more file", "You can add %(limit)s more files", room)
    return sentence % {"limit": f"{room:,}"}


def refusal_text(cause: RefusalCause, name: str) -> str:
    """Return the sentence for a file called ``name`` that is refused."""
    # Isolating marks: a Latin name would otherwise change the direction of an Arabic sentence.
    words = {"file": f"\u2068{name}\u2069"}
    if cause in {RefusalCause.SIZE, RefusalCause.VIDEO_SIZE}:
        most = recognition.MOST_VIDEO_BYTES if cause == RefusalCause.VIDEO_SIZE else recognition.MOST_BYTES
        words["limit"] = f"{most // recognition.MEGABYTE:,}"
    if cause == RefusalCause.LONG:
        words["limit"] = str(MOST_SECONDS)
    return str(SENTENCES[cause]) % words


_TOO_LARGE = _("%(file)s was not uploaded: it is larger than %(limit)s MB")
SENTENCES: Mapping[RefusalCause, Any] = {
    RefusalCause.EMPTY: _("%(file)s was not uploaded: the file is empty"),
    RefusalCause.TYPE: _(
        "%(file)s was not uploaded: only photos, PDF files, voice notes and short videos are accepted"
    ),
    RefusalCause.SIZE: _TOO_LARGE,
    RefusalCause.VIDEO_SIZE: _TOO_LARGE,
    RefusalCause.DAMAGED: _("%(file)s was not uploaded: the file is damaged"),
    RefusalCause.PIXELS: _("%(file)s was not uploaded: the picture has too many pixels"),
    RefusalCause.COSTLY: _("%(file)s was not uploaded: the picture is too complex. Save it as a normal JPEG first"),
    RefusalCause.BUSY: _("%(file)s was not uploaded: too many files are arriving now. Try again in a minute"),
    RefusalCause.LOCKED: _("%(file)s was not uploaded: it is locked. Save it without a password, then add it again"),
    RefusalCause.COSTLY_PDF: _(
        "%(file)s was not uploaded: the PDF is too complex. Print it to a new PDF file, then add the new one"
    ),
    RefusalCause.PLACES: _(
        "%(file)s was not uploaded: it may contain where it was filmed, and we cannot remove that. Save a copy without "
        "the location on your phone, then add the copy"
    ),
    RefusalCause.VIRUS: _("%(file)s was not uploaded: it contains a virus"),
    RefusalCause.UNSCANNED: _(
        "%(file)s was not uploaded: files cannot be checked for viruses at the moment. Try again later"
    ),
    RefusalCause.LONG: _(
        "%(file)s was not uploaded: a voice note may be up to %(limit)s seconds long. Record a shorter one"
    ),
    RefusalCause.FILM: _("%(file)s was not uploaded: videos of this kind are not accepted. Save it as MP4 first"),
    RefusalCause.STORAGE: _("%(file)s was not uploaded: there is no room for files at the moment. Try again later"),
}


# ---- The papers of mandates: added by the representative while the unit decides, seen by the unit, deleted in
# the end.


#: Files of one mandate.
MOST: Final = 5
#: The papers stay for so long after the mandate is over, refused or forgotten: somebody may dispute it.
KEPT: Final = timedelta(days=30)


class NotWaiting(Exception):
    """The request was answered or withdrawn meanwhile: nothing was stored."""


class TooMany(Exception):
    """More files than there is room for, since others were added meanwhile: nothing was stored."""


def kept_papers(mandate: Mandate) -> list[MandatePaper]:
    """Return the papers of a mandate with their files; one statement."""
    return list(MandatePaper.objects.filter(mandate=mandate).select_related("attachment"))


def add(mandate: Mandate, files: Sequence[Attachment], *, by: User, at: datetime) -> None:
    """Store files with a request that waits for the unit, no more than MOST in all; locks the request.

    Raises ``NotWaiting``, ``TooMany`` and ``NotStored``.
    """
    with transaction.atomic():
        waiting = Mandate.objects.waiting_for_unit(at).select_for_update(of=("self",), no_key=True)
        if not waiting.filter(pk=mandate.pk).exists():
            raise NotWaiting
        if MandatePaper.objects.filter(mandate=mandate).count() + len(files) > MOST:
            raise TooMany
        uploads.keep_for_staff(files, by=by)
        MandatePaper.objects.bulk_create([MandatePaper(mandate=mandate, attachment=file) for file in files])


def discard_for(citizen: Citizen, held: QuerySet[Citizen]) -> None:
    """Delete the papers of all mandates that somebody holds or gave, in the caller's transaction.

    Those of which the other side is ``held`` stay, until ``discard_over`` finds that nobody is.
    """
    own = MandatePaper.objects.filter(Q(mandate__representative=citizen) | Q(mandate__person=citizen))
    _discard(own.exclude(_of_people(held)))


def discard_over(held: QuerySet[Citizen], *, at: datetime) -> int:
    """Delete the papers of mandates that have been over for ``KEPT``; return how many. Safe to run twice.

    Those of mandates that one of the ``held`` people holds or gave stay: legal proceedings may need them.
    """
    since = at - KEPT
    forgotten = Q(mandate__state=MandateState.ASKED, mandate__asked_at__lt=since - WAITS)
    refused = Q(mandate__state=MandateState.REFUSED, mandate__decided_at__lt=since)
    over = Q(mandate__state=MandateState.ENDED, mandate__ended_at__lt=since) | Q(mandate__ends_at__lt=since)
    with transaction.atomic():
        return _discard(MandatePaper.objects.filter(forgotten | refused | over).exclude(_of_people(held)))


def _of_people(held: QuerySet[Citizen]) -> Q:
    return Q(mandate__representative__in=held) | Q(mandate__person__in=held)


def _discard(papers: QuerySet[MandatePaper]) -> int:
    found = list(papers.select_related("attachment").select_for_update(of=("self",)))
    for paper in found:
        paper.delete()
        uploads.remove(paper.attachment)
    return len(found)
