"""Tags that are written once for each language: as Django writes them, and each time anew where something varies."""

from __future__ import annotations

from django.template import Context, Engine
from django.utils import translation

TEXT = """{% translate "Search" %} {% translate "All" context "in a filter" %} {% translate "Don't" %}
{% url "queue" %} {% static "css/desk.css" %} {% translate word %} {% url page %} {% static file %}
{% translate "Search" as found %}{{ found }} {% url "queue" as there %}{{ there }} {% url "desk-case" number %}
{% url "desk-case" ref=number %} {% url act number %} {% url act number as there %}{{ there }}"""
DJANGO = ["django.templatetags.i18n", "django.templatetags.static"]


def test_kept_tags_write_what_django_writes() -> None:
    kept = Engine(builtins=[*DJANGO, "kit.components.kept"]).from_string(TEXT)
    plain = Engine(builtins=DJANGO).from_string(TEXT)
    seen, acts = set(), {"Search": "desk-accept", "a < b": "desk-decline"}
    for word, page, file, number in (
        ("Search", "queue", "css/desk.css", "2600000177"),
        ("a < b", "home", "css/print.css", "2600000185"),
        ("a < b", "home", "css/print.css", "26"),
    ):
        for language in ("ar", "en", "ar"):
            for escapes in (True, False):
                values = {"word": word, "page": page, "file": file, "number": number, "act": acts[word]}
                with translation.override(language):
                    written, expected = (
                        template.render(Context(values, autoescape=escapes)) for template in (kept, plain)
                    )
                assert written == expected, (language, word, escapes)
                seen.add(written)
    assert len(seen) == 10
