"""The names of the months, in the three families that people in Jordan write."""

import unicodedata

JORDAN_MONTHS = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
EGYPT_MONTHS = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def month_number(name: str) -> int | None:
    """Return the number of a month named in any family, or by its first three letters in English; None for others."""
    return _NUMBERS.get(_folded(name))


def _folded(name: str) -> str:
    """Return a month's name without hamzas, marks, articles, spaces and case: people write all of these both ways."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalpha())
    return bare.replace("ال", "")


_NUMBERS = {
    _folded(name): number
    for family in (JORDAN_MONTHS, EGYPT_MONTHS, ENGLISH_MONTHS, tuple(name[:3] for name in ENGLISH_MONTHS))
    for number, name in enumerate(family, start=1)
}
