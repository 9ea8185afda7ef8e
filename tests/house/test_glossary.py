"""The glossary tells the truth: its nouns are those of the code, and its words those of the pages in both languages."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db.models import Model, TextChoices
from django.utils import translation

from complaints.workflow import State
from config.devstack.state import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
MODELS: dict[str, type[Model]] = {model.__name__: model for model in apps.get_models()}
#: Tables that no person reads about: joins and what a search passes over.
WITHOUT_A_PAGE = {"SearchBlock"}
OUR_APPS = {"agencies", "notifications", "accounts", "complaints", "reports"}


def rows() -> Iterator[tuple[str, str, str]]:
    yield from ROW.findall(GLOSSARY)


def words(code: str, language: str) -> str:
    """Return how the pages call a model or a state."""
    with translation.override(language):
        if code.startswith("State."):
            state: TextChoices = State[code.removeprefix("State.")]
            return str(state.label)
        return str(MODELS[code]._meta.verbose_name)


def test_a_noun_of_the_glossary_reads_on_pages_as_it_says() -> None:
    said = list(rows())
    assert [(code, words(code, "en"), words(code, "ar")) for code, _english, _arabic in said] == said


def test_every_table_and_every_state_has_its_line() -> None:
    tables = {name for name, model in MODELS.items() if model._meta.app_label in OUR_APPS} - WITHOUT_A_PAGE
    states = {f"State.{state.name}" for state in State}
    assert {code for code, _english, _arabic in rows()} == tables | states
