"""The only way to keep, find and delete what a person typed and has not sent, and to send a form once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language

from accounts.models import User
from complaints.models import Case, SentForm, UnsentForm
from kit.compiled_reads import CompiledRead
from kit.upserts import insert_or_lock

#: How long the words wait for their owner after they were saved last, as the drafts of filing do.
LIFE: Final = timedelta(days=7)
#: How long words can be read that can no longer be sent, once they were shown: a page may be loaded again.
LIFE_ONCE_SHOWN: Final = timedelta(hours=1)
#: How long a device may repeat a form that was sent.
REPEATS_KNOWN: Final = timedelta(days=2)
#: Letters of one form with all its names, more than any form takes; and forms of one person.
MOST_LETTERS: Final = 60_000
MOST_FORMS: Final = 40
PREVIEW_LETTERS: Final = 90

type Fields = Sequence[tuple[str, str]]


class NotKept(Exception):
    """What was typed is not kept."""


class OlderPage(NotKept):
    """The same form was opened later in another tab, which has saved since."""


class TooMuch(NotKept):
    """The form is too long, or the person has too many unsent forms."""


class AlreadySent(Exception):
    """The form of this page was sent before."""


@dataclass(frozen=True)
class UnsentText:
    """What was typed into one form, as its owner reads it."""

    row: UnsentForm
    fields: Fields = field(default=())

    @property
    def last_on(self) -> datetime:
        """Return until when it is kept."""
        return self.row.saved_at + LIFE

    @property
    def url(self) -> str:
        """Return the page of the form, in the language of this page."""
        return opened_path(self.row.path)

    @property
    def words_url(self) -> str:
        """Return the page on which the words are read."""
        return words_path(self.row)

    @property
    def data(self) -> QueryDict:
        """Return the fields as they were posted."""
        return as_data(self.fields)

    @property
    def texts(self) -> list[str]:
        """Return the values that read as words, which are worth copying."""
        return words_in(value for _name, value in self.fields)

    @property
    def preview(self) -> str:
        """Return the beginning of the longest text."""
        text = " ".join(max(self.texts, key=len, default="").split())
        return text if len(text) <= PREVIEW_LETTERS else f"{text[:PREVIEW_LETTERS]}…"


def opened_path(path: str) -> str:
    """Return the path of an unsent form in the language of this page."""
    return f"/{get_language()}{path}"


def words_path(row: UnsentForm) -> str:
    """Return the page on which the owner of ``row`` reads what they left unsent."""
    name = "staff-unsent-form" if row.path.startswith("/staff/") else "unsent-form"
    return reverse(name, kwargs={"pk": row.pk})


def words_in(values: Iterable[str]) -> list[str]:
    """Return the values that a person typed as words, and not chose or ticked."""
    return [value for value in values if len(value.split()) > 1 or not value.isascii()]


def as_data(fields: Fields) -> QueryDict:
    """Return ``fields`` as a form posts them."""
    data = QueryDict(mutable=True)
    for name, value in fields:
        data.appendlist(name, value)
    return data


def new_key(*, at: datetime) -> UUID:
    """Return the key of a page opened at ``at``: greater than every key of a page opened a millisecond before."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | secrets.randbits(80))


def keep(user: User, path: str, fields: Fields, *, key: UUID, case: Case | None, at: datetime) -> UnsentForm:
    """Keep ``fields`` as the unsent form of ``path``; repeating changes nothing but the day until which it is kept.

    Locks the row. Raises ``OlderPage`` where a page opened later has saved, ``AlreadySent`` for the key of a form that
    was sent, ``TooMuch`` beyond a limit.
    """
    content = json.dumps(list(fields), ensure_ascii=False)
    if len(content) > MOST_LETTERS:
        raise TooMuch
    with transaction.atomic():
        if is_sent(key, user):
            raise AlreadySent
        row = UnsentForm.objects.select_for_update().filter(user=user, path=path).first()
        if row is None:
            if UnsentForm.objects.filter(user=user).count() >= MOST_FORMS:
                raise TooMuch
            # Another window may save first, and its form may be sent before this one has read it.
            new = UnsentForm(user=user, path=path, case=case, key=key, content=content, saved_at=at)
            row, is_new = insert_or_lock(new, key=("user", "path"))
            if is_new:
                return row
        if row.key > key:
            raise OlderPage
        row.key, row.content, row.saved_at, row.ended_at = key, content, at, None
        row.save(update_fields=["key", "content", "saved_at", "ended_at"])
    return row


def find(user: User, path: str, *, at: datetime) -> UnsentText | None:
    """Return what ``user`` left unsent on ``path``; None also for what is kept no longer."""
    row = _alive(at).filter(user=user, path=path, ended_at__isnull=True).first()
    return _read(row) if row else None


def find_by_id(user: User, pk: UUID, *, at: datetime) -> UnsentText | None:
    """Return the unsent form ``pk`` of ``user``, also one that can no longer be sent while it may still be read."""
    row = _alive(at).filter(user=user, pk=pk).select_related("case").first()
    if row is None or (row.ended_at and row.ended_at <= at - LIFE_ONCE_SHOWN):
        return None
    return _read(row)


def listed(user: User, *, at: datetime) -> list[UnsentText]:
    """Return what ``user`` left unsent, the newest first; one statement."""
    return [_read(row) for row in _LISTED.rows(user=user.pk, since=at - LIFE)]


def _listed(_shape: None, *, user: UUID, since: datetime) -> QuerySet[UnsentForm]:
    rows = UnsentForm.objects.filter(user=user, ended_at__isnull=True, saved_at__gt=since)
    return rows.select_related("case").order_by("-saved_at", "pk")


#: Asked by every page on which work begins.
_LISTED: Final = CompiledRead(_listed, is_prepared=True)


def end(user: User, path: str, *, at: datetime) -> UnsentForm | None:
    """Note that the form of ``path`` can no longer be sent; return what was left there, to be read a last time."""
    row = _alive(at).filter(user=user, path=path, ended_at__isnull=True).first()
    if row is not None:
        row.ended_at = at
        # Sent from another window meanwhile, it is there no longer.
        UnsentForm.objects.filter(pk=row.pk).update(ended_at=at)
    return row


def discard(user: User, path: str) -> None:
    """Delete what ``user`` left unsent on ``path``."""
    UnsentForm.objects.filter(user=user, path=path).delete()


def is_sent(key: UUID, user: User) -> bool:
    """Tell whether ``user`` has sent the form of the page with ``key``."""
    return SentForm.objects.filter(key=key, user=user).exists()


def send(user: User, path: str, *, key: UUID | None, at: datetime) -> None:
    """Delete the unsent form of ``path`` and note that it was sent, in the caller's transaction.

    Of two who send the same page the second waits for the first. Raises ``AlreadySent`` for a key that was sent.
    """
    if key is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO complaints_sentform (key, user_id, sent_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [key, user.pk, at],
            )
            if not cursor.rowcount:
                raise AlreadySent
    discard(user, path)


def delete_expired(*, at: datetime, most: int) -> int:
    """Delete unsent forms kept for seven days, those shown a last time, and old keys; return how many forms."""
    old = UnsentForm.objects.filter(saved_at__lte=at - LIFE) | UnsentForm.objects.filter(
        ended_at__lte=at - LIFE_ONCE_SHOWN
    )
    deleted, _by_model = UnsentForm.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()
    SentForm.objects.filter(sent_at__lte=at - REPEATS_KNOWN).delete()
    return deleted


def _alive(at: datetime) -> QuerySet[UnsentForm]:
    return UnsentForm.objects.filter(saved_at__gt=at - LIFE)


def _read(row: UnsentForm) -> UnsentText:
    return UnsentText(row, [(name, value) for name, value in json.loads(row.content)])
