"""The words of the field, from which pages, messages and letters take theirs, and where each of them was found.

The nouns of the code and the states of a case are compared with the code in `tests/house/test_glossary.py`.
"""

import re
from collections import Counter

import pytest

from config.devstack.state import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
LETTER = "\u0621-\u0652"
ORIGIN = re.compile(r"(?:document|public|usual)(?:$|[;:] | \()")
#: A line of a table below its head, whatever its cells are.
LINE = re.compile(r"^\| (?!---|Arabic \|)(.+) \|$", re.MULTILINE)


def lines() -> list[list[str]]:
    """Return the cells of every line of the words of the field."""
    field = GLOSSARY.partition("## The words of the field")[2]
    return [line.split(" | ") for line in LINE.findall(field)]


def never() -> list[str]:
    """Return the words that no page may have."""
    table = GLOSSARY.partition("## One word for each thing")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (?!---|Thing ).*\|([^|]*)\|$", table, re.MULTILINE)
    return [word for cell in cells for word in re.split(r"\s*[،,]\s*", cell.strip()) if word]


def has(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w{LETTER}])(?:ال)?{re.escape(word)}(?![\w{LETTER}])", text, re.IGNORECASE) is not None


def test_every_word_of_the_field_is_in_both_languages_and_has_its_origin():
    read = lines()
    assert len(read) > 100
    wrong = [
        cells
        for cells in read
        if len(cells) != 3
        or not re.search(f"[{LETTER}]", cells[0])
        or not re.search("[A-Za-z]", cells[1])
        or not ORIGIN.match(cells[2])
    ]
    assert wrong == []


@pytest.mark.parametrize("column", [0, 1], ids=["arabic", "english"])
def test_no_word_of_the_field_is_explained_twice(column):
    assert [word for word, times in Counter(cells[column] for cells in lines()).items() if times > 1] == []


def test_no_word_of_the_field_is_one_that_pages_may_not_have():
    words = never()
    assert {"competence", "معاملة", "anew"} <= set(words)
    assert [cells for cells in lines() if any(has(word, cell) for word in words for cell in cells[:2])] == []


@pytest.mark.parametrize("text", ["المعاملة", "معاملة إلكترونية", "Outside competence"])
def test_a_word_that_pages_may_not_have_would_be_found(text):
    """The control."""
    assert [word for word in never() if has(word, text)] != []
