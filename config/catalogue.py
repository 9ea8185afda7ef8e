"""The catalogue of translations: found in code and templates, merged, compiled and checked without gettext's programs.

English needs no catalogue, because the text in the code is the English text.
"""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from django.utils.translation.template import templatize

PLACES = ("kit", "agencies", "notifications", "accounts", "complaints", "reports", "config", "templates")
TEMPLATE_SUFFIXES = frozenset({".html", ".txt", ".svg", ".xml", ".js", ".webmanifest"})
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Written out, because Babel orders the last two Arabic forms the other way round from Django's own catalogue.
HEADER = """\
# Arabic texts. Written by `python3 run.py manage catalogue`; translate the msgstr lines and leave the rest to it.
msgid ""
msgstr ""
"Language: ar\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
"n%100>=11 && n%100<=99 ? 4 : 5;\\n"

"""
FORMS = 6

type Key = tuple[str | None, str]
type Translation = str | tuple[str, ...] | list[str]


@dataclass(frozen=True)
class Text:
    """A text that code or a template wants translated."""

    context: str | None
    singular: str
    plural: str | None
    place: str

    @property
    def key(self) -> Key:
        """Return what tells this text from others."""
        return self.context, self.singular


def catalogue_path(root: Path) -> Path:
    """Return where the Arabic texts are edited."""
    return root / "locale" / "ar" / "LC_MESSAGES" / "django.po"


def update(root: Path, additions: Mapping[Key, Translation] | None = None) -> None:
    """Bring the catalogue up to what code and templates say now, with `additions` in place of what it has."""
    source = catalogue_path(root)
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(_fresh(root, additions or {}), encoding="utf-8")


def compile_if_stale(root: Path) -> bool:
    """Compile the catalogue unless the compiled one is newer, and tell whether it was done.

    Exits with a sentence where the catalogue is out of date and its folder cannot be written to.
    """
    source = catalogue_path(root)
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return False
    if not os.access(compiled.parent, os.W_OK):
        msg = f"{compiled} is missing or out of date, and its folder cannot be written to: run `python3 run.py` there."
        raise SystemExit(msg)
    # Two processes that start at the same moment each write a file of their own.
    partial = compiled.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as output:
        mofile.write_mo(output, _read(source))
    partial.replace(compiled)
    return True


def problems(root: Path) -> list[str]:
    """Return a line for each text without a full translation, and one when the catalogue is not up to date."""
    found = untranslated(root)
    if catalogue_path(root).read_text(encoding="utf-8") != _fresh(root, {}):
        found.append("The catalogue is out of date: run `python3 run.py manage catalogue`.")
    return found


def untranslated(root: Path) -> list[str]:
    """Return a line for each text without a full translation."""
    catalogue = _read(catalogue_path(root))
    return [f"{_places(message)}: not translated: {_singular(message)!r}" for message in catalogue if _lacks(message)]


def find_texts(root: Path) -> list[Text]:
    """Return every text to be translated below `root`, in the order of files and lines."""
    return [text for path in _sources(root) for text in _texts_in(path, path.relative_to(root).as_posix())]


def _sources(root: Path) -> Iterator[Path]:
    for place in PLACES:
        for path in sorted((root / place).rglob("*")):
            if path.suffix == ".py" or (path.suffix in TEMPLATE_SUFFIXES and "templates" in path.parts):
                yield path


def _texts_in(path: Path, place: str) -> Iterator[Text]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = _as_python(source, place)
    for _line, said, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        singular, plural = (said[0], said[1]) if isinstance(said, tuple) else (said, None)
        if singular:
            yield Text(context, singular, plural, place)


def _as_python(template: str, place: str) -> str:
    """Return the calls that stand for a template's tags; indentation means nothing there and would trip the reader."""
    calls = str(templatize(template, origin=place))
    return "\n".join(line.lstrip() for line in calls.splitlines())


def _fresh(root: Path, additions: Mapping[Key, Translation]) -> str:
    source = catalogue_path(root)
    known = _translations(_read(source)) if source.exists() else {}
    output = io.BytesIO()
    pofile.write_po(
        output,
        _merge(find_texts(root), {**known, **additions}),
        width=120,
        omit_header=True,
        sort_output=True,
        include_lineno=False,
    )
    return HEADER + output.getvalue().decode().strip() + "\n"


def _read(source: Path) -> Catalog:
    with source.open("rb") as content:
        return pofile.read_po(content, locale="ar")


def _translations(catalogue: Catalog) -> dict[Key, Translation]:
    return {
        (message.context, _singular(message)): message.string
        for message in catalogue
        if message.string and not _lacks(message)
    }


def _merge(texts: Sequence[Text], translations: Mapping[Key, Translation]) -> Catalog:
    """Return a catalogue of exactly `texts`; a text said in several places names them all."""
    catalogue = pofile.read_po(io.BytesIO(HEADER.encode()), locale="ar")
    places: dict[Key, set[str]] = {}
    plurals: dict[Key, str | None] = {}
    for text in texts:
        places.setdefault(text.key, set()).add(text.place)
        plurals[text.key] = text.plural or plurals.get(text.key)
    for (context, singular), plural in plurals.items():
        catalogue.add(
            (singular, plural) if plural else singular,
            _fitting(translations.get((context, singular)), is_plural=plural is not None),
            locations=[(place, 0) for place in sorted(places[context, singular])],
            context=context,
        )
    return catalogue


def _fitting(translation: Translation | None, *, is_plural: bool) -> Translation:
    """Return the translation when it has the wanted number of forms, else an empty one of that number."""
    if is_plural:
        return tuple(translation) if translation and _has_all_forms(translation) else ("",) * FORMS
    return translation if isinstance(translation, str) else ""


def _has_all_forms(translation: object) -> bool:
    return isinstance(translation, tuple | list) and len(translation) == FORMS and all(translation)


def _lacks(message: Message) -> bool:
    if not message.id:  # the header
        return False
    return not (_has_all_forms(message.string) if message.pluralizable else message.string)


def _singular(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def _places(message: Message) -> str:
    return ", ".join(place for place, _line in message.locations)
