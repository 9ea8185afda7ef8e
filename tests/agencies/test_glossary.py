"""The glossary names every noun of the code."""

import re
from pathlib import Path

from django.apps import apps

GLOSSARY = Path(__file__).resolve().parent.parent.parent / "docs" / "glossary.md"
OURS = ("agencies", "notifications", "accounts", "complaints", "reports")


def test_every_model_has_its_line_in_the_glossary_and_every_line_its_model():
    code = GLOSSARY.read_text(encoding="utf-8").partition("## The nouns of the code")[2].partition("### The words")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", code, flags=re.MULTILINE))
    assert named == {model.__name__ for app in OURS for model in apps.get_app_config(app).get_models()}
