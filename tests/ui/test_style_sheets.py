"""A sheet in parts is served whole, in the order in which it names them."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from playwright.sync_api import Browser

from kit.style_sheets import WholeSheetsStorage, whole_sheet

CSS = Path(__file__).parents[2] / "static" / "css"
#: What would mean something else there: addresses are relative to the file, and some rules have to come first.
NOT_IN_PARTS = ("url(", "@import", "@charset")


@pytest.fixture
def source(tmp_path: Path) -> FileSystemStorage:
    """A sheet of two parts, the second of which is about the same as the first."""
    (tmp_path / "css" / "all").mkdir(parents=True)
    (tmp_path / "css" / "all.css").write_text('/* Rules. */\n\n@import "all/b.css";\n@import "all/a.css";\n')
    (tmp_path / "css" / "all" / "a.css").write_text("p { color: red }\n")
    (tmp_path / "css" / "all" / "b.css").write_text("p { color: green }\n")
    return FileSystemStorage(tmp_path)


def collected(source: FileSystemStorage, folder: Path, names: list[str]) -> dict[str, str]:
    """Collect files as the command does, twice, and return what is served then."""
    storage = WholeSheetsStorage(location=folder, base_url="/static/")
    for _ in range(2):
        for name in names:
            storage.delete(name)
            with source.open(name) as file:
                storage.save(name, file)
        paths = {name: (source, name) for name in names}
        assert [problem for *_names, problem in storage.post_process(paths) if isinstance(problem, Exception)] == []
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.css")}


def test_a_sheet_is_served_with_its_parts_in_their_order_and_no_part_alone(
    source: FileSystemStorage, tmp_path: Path
) -> None:
    names = ["css/all.css", "css/all/a.css", "css/all/b.css"]
    served = collected(source, tmp_path / "served", names)
    whole = "/* Rules. */\n\np { color: green }\np { color: red }\n"
    assert whole_sheet(tmp_path / "css" / "all.css") == whole
    assert set(served.values()) == {whole}
    with pytest.raises(KeyError, match=r"css/all/b\.css"):
        collected(source, tmp_path / "served", names[:2])


def test_every_part_is_named_once_and_means_the_same_in_another_folder() -> None:
    sheets = [path for path in CSS.glob("*.css") if path.with_suffix("").is_dir()]
    for sheet in sheets:
        parts = sorted(sheet.with_suffix("").iterdir())
        named = [line.split('"')[1] for line in sheet.read_text().splitlines() if line.startswith("@import")]
        assert sorted(named) == [part.relative_to(CSS).as_posix() for part in parts]
        assert [part.name for part in parts if any(word in part.read_text() for word in NOT_IN_PARTS)] == []
    assert sheets


#: Above the cases of a desk, the second one closed at the end of the row, as the queue has them.
TOOLS = """<main class="queue-tools"><div style="flex: 0 0 80rem"></div><details class="filters">
  <summary>Save</summary><form><p class="field"><label class="label">A name of it</label><input class="input"></p>
  <button class="btn">Save</button></form></details></main>"""
#: Where the button ends, in dots from the start of the window, and whether it is seen.
BUTTON = (
    "() => {const box = document.querySelector('button').getBoundingClientRect(); return [box.right, box.width > 0]}"
)


def test_what_is_closed_at_the_end_of_a_row_does_not_reach_beyond_the_window(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 800})
    try:
        page.set_content(f"<style>{whole_sheet(CSS / 'components.css')}{whole_sheet(CSS / 'desk.css')}</style>{TOOLS}")
        closed = page.evaluate(BUTTON)
        page.click("summary")
        end, is_seen = page.evaluate(BUTTON)
        assert (closed, is_seen, end <= 1400) == ([0, False], True, True)
    finally:
        page.close()
