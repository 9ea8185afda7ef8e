"""What the loader takes out of a template, and what it leaves."""

from pathlib import Path

import pytest
from django.template import Engine, Origin

from kit.template_loader import Loader

WRITTEN = "<ul>\n  <li>  a  b</li>\n\t\n</ul>\n"


@pytest.mark.parametrize(("name", "sent"), [("page.html", "<ul>\n<li>  a  b</li>\n\n</ul>\n"), ("sw.js", WRITTEN)])
def test_the_indents_of_html_are_not_sent_and_line_breaks_are(tmp_path: Path, name: str, sent: str) -> None:
    path = tmp_path / name
    path.write_text(WRITTEN, encoding="utf-8")
    assert Loader(Engine()).get_contents(Origin(str(path))) == sent
