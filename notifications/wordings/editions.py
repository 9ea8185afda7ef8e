"""The unit's editions of the words: which one counts, kept in memory for a moment, and how a new one is saved."""

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

#: How long a process may send by words that another one has replaced, in seconds.
KEPT_FOR: Final = 30.0

type Key = tuple[str, str]


class WordsRefused(ValueError):
    """Words cannot be a message's; ``problems`` says why, in sentences by field."""

    def __init__(self, problems: proofreading.Problems) -> None:
        super().__init__(", ".join(sorted(problems)))
        self.problems = problems


class Overtaken(Exception):
    """Somebody else saved an edition since the editor looked."""


class Shelf:
    """What one process knows of the editions in force, for half a minute at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._words: Mapping[Key, Wording] = {}
        self._until = 0.0
        self._round = 0

    def words(self) -> Mapping[Key, Wording]:
        """Return the editions in force; one statement when what is known has grown old."""
        if monotonic() < self._until:
            return self._words
        begun, words = self._round, _in_force()
        with self._lock:
            # An edition saved while the rows were read may be missing from them: then they are used, and not kept.
            if begun == self._round:
                self.put(words)
        return words

    def put(self, words: Mapping[Key, Wording]) -> None:
        """Keep what was read."""
        self._words, self._until = words, monotonic() + KEPT_FOR

    def forget(self) -> None:
        """Read anew the next time."""
        with self._lock:
            self._round += 1
            self._until = 0.0


_shelf = Shelf()


def current() -> Mapping[Key, Wording]:
    """Return the editions in force by template and language; what is not in it has its built-in words.

    At most ``KEPT_FOR`` seconds old, and never older than what this process saved.
    """
    return _shelf.words()


def forget() -> None:
    """Let this process read the editions anew."""
    _shelf.forget()


def newest() -> list[WordingEdition]:
    """Return the newest edition of each template and language that has one."""
    # By number, not by time: the clocks of two servers may differ.
    return list(WordingEdition.objects.order_by("template", "language", "-pk").distinct("template", "language"))


def history(template: str, language: str) -> list[WordingEdition]:
    """Return all editions of a template in a language, the newest first."""
    return list(WordingEdition.objects.filter(template=template, language=language).order_by("-pk"))


def words_of(edition: WordingEdition) -> Wording:
    """Return an edition's words."""
    built_in = WORDINGS[edition.language][edition.template]
    return replace(built_in, sms=edition.sms, subject=edition.subject, text=edition.text)


def counts(edition: WordingEdition) -> bool:
    """Tell whether messages can be made of an edition still: a release may have changed what a template is given."""
    is_known = edition.template in WORDINGS.get(edition.language, {})
    return is_known and proofreading.still_fits(edition.template, edition.language, words_of(edition))


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
    """Make words count from now on; return the edition, None where they count already.

    ``seen`` is the number of the newest edition the editor knew of, 0 for none; without it nobody is overtaken.
    Messages that are owed keep the words they were frozen with. Raises WordsRefused, Overtaken.
    """
    words = replace(WORDINGS[language][template], sms=sms, subject=subject, text=text)
    if found := proofreading.problems(template, language, words):
        raise WordsRefused(found)
    with transaction.atomic():
        _one_at_a_time(template, language)
        last = WordingEdition.objects.filter(template=template, language=language).order_by("-pk").first()
        if seen is not None and seen != (last.pk if last else 0):
            raise Overtaken
        if words == (words_of(last) if last else WORDINGS[language][template]):
            return None
        transaction.on_commit(forget)
        return WordingEdition.objects.create(
            template=template, language=language, sms=sms, subject=subject, text=text, edited_by=by, edited_at=at
        )


def _one_at_a_time(template: str, language: str) -> None:
    """Let whoever saves the same words now wait until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"wording:{template}:{language}"])


def _in_force() -> dict[Key, Wording]:
    return dict(_counting(newest()))


def _counting(editions: Iterable[WordingEdition]) -> Iterable[tuple[Key, Wording]]:
    for edition in editions:
        if counts(edition):
            yield (edition.template, edition.language), words_of(edition)
        else:
            _report(edition.pk)


@cache
def _report(pk: int) -> None:
    """Say once in a process that an edition is passed over."""
    logger.error(
        "an edited wording does not fit its template any more, the built-in one is used", extra={"edition": pk}
    )
