"""The unit's editions of the wordings: which are in force, cached for half a minute, and how a new one is saved."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from threading import Lock
from time import monotonic
from typing import Final

from django.db import connection, transaction

from notifications.models import WordingEdition
from notifications.wordings import WORDINGS, proofreading
from notifications.wordings.wording import Wording

logger = logging.getLogger(__name__)

#: How long a process may send by an edition that another process has replaced.
CACHE_SECONDS: Final = 30.0

type Key = tuple[str, str]


class WordingRefused(ValueError):
    """A wording cannot be sent; ``problems`` says why, in sentences by field."""

    def __init__(self, problems: proofreading.Problems) -> None:
        super().__init__(", ".join(sorted(problems)))
        self.problems = problems


class EditedMeanwhile(Exception):
    """Somebody else saved an edition since the editor opened the page."""


class EditionCache:
    """The editions in force as this process has read them, for ``CACHE_SECONDS`` at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wordings: Mapping[Key, Wording] = {}
        self._until = 0.0
        self._round = 0

    def wordings(self) -> Mapping[Key, Wording]:
        """Return the editions in force; one statement when the cache has expired."""
        if monotonic() < self._until:
            return self._wordings
        begun, wordings = self._round, _load()
        with self._lock:
            # An edition saved while the rows were read may be missing from them: then they are used, and not cached.
            if begun == self._round:
                self.put(wordings)
        return wordings

    def put(self, wordings: Mapping[Key, Wording]) -> None:
        """Cache what was read."""
        self._wordings, self._until = wordings, monotonic() + CACHE_SECONDS

    def clear(self) -> None:
        """Let the next call read the rows again."""
        with self._lock:
            self._round += 1
            self._until = 0.0


_cache = EditionCache()


def in_force() -> Mapping[Key, Wording]:
    """Return the editions in force by template and language; every other template has its built-in wording.

    At most ``CACHE_SECONDS`` old, and never older than what this process saved.
    """
    return _cache.wordings()


def clear_cache() -> None:
    """Let this process read the editions again."""
    _cache.clear()


def newest() -> list[WordingEdition]:
    """Return the newest edition of each template and language that has one."""
    # By number, not by time: the clocks of two servers may differ.
    return list(WordingEdition.objects.order_by("template", "language", "-pk").distinct("template", "language"))


def history(template: str, language: str) -> list[WordingEdition]:
    """Return all editions of a template in a language, the newest first."""
    return list(WordingEdition.objects.filter(template=template, language=language).order_by("-pk"))


def edition_wording(edition: WordingEdition) -> Wording:
    """Return the wording an edition holds."""
    built_in = WORDINGS[edition.language][edition.template]
    return replace(built_in, sms=edition.sms, subject=edition.subject, text=edition.text)


def is_usable(edition: WordingEdition) -> bool:
    """Tell whether an edition still fits its template: a release may have changed the context or removed it."""
    is_known = edition.template in WORDINGS.get(edition.language, {})
    return is_known and proofreading.still_fits(edition.template, edition.language, edition_wording(edition))


def save(  # noqa: PLR0913 - what an edition consists of
    template: str,
    language: str,
    *,
    sms: str,
    subject: str,
    text: str,
    by: str,
    at: datetime,
    seen: int | None = None,
) -> WordingEdition | None:
    """Put a wording in force from now on; return the edition, None if the wording is in force already.

    ``seen`` is the key of the newest edition the editor knew of, 0 for none; without it no newer one is an obstacle.
    Messages that are owed keep the texts they were made with. Raises WordingRefused, EditedMeanwhile.
    """
    wording = replace(WORDINGS[language][template], sms=sms, subject=subject, text=text)
    if found := proofreading.problems(template, language, wording):
        raise WordingRefused(found)
    with transaction.atomic():
        _lock_wording(template, language)
        last = WordingEdition.objects.filter(template=template, language=language).order_by("-pk").first()
        if seen is not None and seen != (last.pk if last else 0):
            raise EditedMeanwhile
        if wording == (edition_wording(last) if last else WORDINGS[language][template]):
            return None
        transaction.on_commit(clear_cache)
        return WordingEdition.objects.create(
            template=template, language=language, sms=sms, subject=subject, text=text, edited_by=by, edited_at=at
        )


def _lock_wording(template: str, language: str) -> None:
    """Let whoever saves an edition of the same wording wait until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"wording:{template}:{language}"])


def _load() -> dict[Key, Wording]:
    return dict(_usable(newest()))


def _usable(editions: Iterable[WordingEdition]) -> Iterable[tuple[Key, Wording]]:
    for edition in editions:
        if is_usable(edition):
            yield (edition.template, edition.language), edition_wording(edition)
        else:
            _report(edition.pk)


@cache
def _report(pk: int) -> None:
    """Log once in a process that an edition is not used."""
    logger.error(
        "an edited wording does not fit its template any more, the built-in one is used", extra={"edition": pk}
    )
