"""The folding of Arabic text for search and comparison, equal to the SQL functions ``ar_norm`` and ``ar_strip``."""

import re
import unicodedata

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
# Lower case of ASCII and Latin-1 alone: what lies beyond differs between Python and the locales of PostgreSQL.
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞ"
# Tatweel, vowel marks, Quranic marks; and the invisible joiners and direction marks that come with pasted text.
_MARKS = (
    *(0x0640, *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE)),
    *(*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF),
)
# One table, since each takes as long as another: nothing that it gives stands in it once more.
_PLAIN = str.maketrans(_CAPITALS + "أإآٱىةؤئکی", _CAPITALS.lower() + "اااايهويكي") | _DIGITS | dict.fromkeys(_MARKS)
# Letters and digits by their code points and not by class, again so that both sides agree whatever the locale.
_WORD = "0-9a-z\u00df-\u00f6\u00f8-\u024f\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee-\u06ff"
_PREFIX = re.compile(f"(?<![{_WORD}])(?:وبال|ولل|وال|بال|كال|فال|ال|لل)(?=[{_WORD}]{{3}})")


def fold_digits(text: str) -> str:
    """Return ``text`` with Arabic-Indic and Persian digits as 0-9."""
    return text.translate(_DIGITS)


def fold(text: str) -> str:
    """Return ``text`` in lower case, without marks and tatweel, with one form of each letter and digit."""
    return unicodedata.normalize("NFKC", text).translate(_PLAIN)


def strip_prefixes(text: str) -> str:
    """Return ``text`` folded, with the article and its compounds taken off where three letters or more are left."""
    return _PREFIX.sub("", fold(text))
