"""What no linter knows."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from config.devstack.state import ROOT
from kit.forms import PasswordField

APPS = ("kit", "agencies", "notifications", "accounts", "complaints", "reports", "config")
LONGEST_FILE = 600
#: How coarse the house is (decision 211): these numbers only fall, to 420 files, 75 folders and 108,000 lines.
MOST_FILES, MOST_FOLDERS, MOST_LINES = 741, 88, 117_191
#: Folders below a room that are still to be put into files.
TOO_DEEP = {
    "accounts/identity/registries",
    "complaints/api/agency_systems",
    "complaints/api/centres",
    "complaints/api/open311",
    "complaints/api/v1",
    "config/formats/ar",
    "config/formats/en",
}
#: Lines of a function with its parameters, beside its docstring.
LONGEST_FUNCTION = 50
FORBIDDEN_NAMES = {
    "services.py",
    "utils.py",
    "helpers.py",
    "common.py",
    "common",
    "utils",
    "services",
    "misc.py",
    "signals.py",
}
# Tailwinds of a left-to-right world: in Arabic each of these is on the wrong side.
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)(?:-[a-z]+)?"
    r"|(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)
# Comments, and the calls of components, whose arguments are no attributes of HTML.
TEMPLATE_TAG = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}|{%.*?%}", re.DOTALL)
CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
INLINE_STYLE = re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
STAFF_PAGES = tuple(f"templates/complaints/{room}/" for room in ("staff", "desk", "unit", "contact_centre"))
#: What a citizen typed, as it stands in the row: `case.details`, and in a list the subject of anything.
WORDS_OF_A_CASE = re.compile(r"\bcase\.(?:subject|details|area|place|praised)\b|\w+\.subject\b")
#: The tag that covers, conditions, and a subject that is an e-mail's or covered already.
PAST_THE_READER = re.compile(
    r"{% user_text (?!(?:\w+\.)+subject)[^%]*%}|{% place [^%]*%}|{% (?:if|elif) [^%]*%}"
    r"|\bmessage\.subject\b|\bcontent\.subject\b"
)
RECIPIENT = re.compile(r"[\"'](?:citizen|user):")
#: A name that comes from elsewhere as the name of a property: `__proto__` would change every object.
NAMED_FROM_ELSEWHERE = re.compile(
    r"__proto__|[\w)\]]\[[a-z_][\w.]*\]\s*=(?![=>])|Object\.assign\((?!document\.createElement\()|Object\.fromEntries\("
)
#: What keeps a password from being pasted or filled in by a program.
HINDERS_PASTING = re.compile(r"onpaste|[\"']paste[\"']|clipboardData|PasswordInput\(")
#: Its empty choice would be Django's, which speaks English.
CHOICE_WITHOUT_ITS_EMPTY_LABEL = re.compile(
    r"\bModelChoiceField\((?:(?!empty_label|HiddenInput)(?:[^()]|\((?:[^()]|\([^()]*\))*\)))*\)"
)
ARABIC = re.compile(r"[\u0600-\u06ff]")


@cache
def sources(*suffixes: str) -> list[Path]:
    return sorted(
        path
        for app in APPS
        for path in (ROOT / app).rglob("*")
        if path.suffix in suffixes and "__pycache__" not in path.parts
    )


@cache
def templates() -> list[Path]:
    return sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".svg", ".txt"})


def scripts() -> list[Path]:
    return sorted((ROOT / "static").rglob("*.js"))


def styles() -> list[Path]:
    return sorted((ROOT / "static").rglob("*.css"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def hits(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match.group().strip() for match in pattern.finditer(text)]


@dataclass(frozen=True)
class Module:
    """What the rules ask about a module; its tree is parsed and walked once for all of them."""

    docstring: str | None
    classes: list[str]
    bare_saves: list[int]
    is_arabic: bool
    long_functions: list[str]


@cache
def modules() -> dict[Path, Module]:
    """Return what stands in each module of the apps."""
    return {path: _read(ast.parse(path.read_text(encoding="utf-8"))) for path in sources(".py")}


def _read(tree: ast.Module) -> Module:
    nodes = list(ast.walk(tree))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    bare_saves, long_functions = list(_bare_saves(nodes)), list(_long_functions(nodes))
    return Module(ast.get_docstring(tree), classes, bare_saves, _is_arabic(nodes), long_functions)


def written() -> dict[Path, Module]:
    """Return the modules that no command wrote."""
    return {path: module for path, module in modules().items() if path.parent.name != "migrations"}


def test_every_module_says_in_one_docstring_what_lives_in_it() -> None:
    assert [name(path) for path, module in written().items() if not module.docstring] == []


def test_no_file_is_longer_than_six_hundred_lines() -> None:
    """A longer one holds two subjects. Exempt is what makemigrations writes."""
    served = [path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js"}]
    others = [*(ROOT / "tests").rglob("*.py"), ROOT / "run.py", ROOT / "manage.py"]
    files = [*sources(".py"), *sources(".sql"), *templates(), *served, *others]
    long = {name(path): lines for path in files if (lines := _lines(path)) > LONGEST_FILE}
    assert {path for path in long if not path.endswith("/migrations/0001_initial.py")} == set()


def test_the_house_grows_no_finer() -> None:
    """Whoever puts files together lowers the numbers in the same change."""
    files = list(written())
    folders, lines = {path.parent for path in files}, sum(map(_lines, files))
    assert (len(files) <= MOST_FILES, len(folders) <= MOST_FOLDERS, lines <= MOST_LINES) == (True, True, True)


def test_nothing_lies_deeper_than_a_room() -> None:
    folders = {path.parent.relative_to(ROOT) for path in written()}
    assert {
        folder.as_posix() for folder in folders if len(folder.parts) > 2 and "commands" not in folder.parts
    } == TOO_DEEP


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_function_is_longer_than_fifty_lines() -> None:
    """A longer one does two things. What its docstring says does not make it longer."""
    long = [f"{name(path)} {function}" for path, module in written().items() for function in module.long_functions]
    assert long == []


def _long_functions(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > LONGEST_FUNCTION:
            yield node.name


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = _lines_of(function)
    return lines - _lines_of(function.body[0]) if ast.get_docstring(function) else lines


def _lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize(
    ("lines", "found"), [(LONGEST_FUNCTION - 1, []), (LONGEST_FUNCTION, ["act"])], ids=["as long as may be", "longer"]
)
def test_a_function_is_measured_without_its_docstring(lines: int, found: list[str]) -> None:
    body = "    pass\n" * lines
    assert _read(ast.parse(f'def act():\n    """Act.\n\n    Twice.\n    """\n{body}')).long_functions == found


def test_no_module_is_named_after_nothing() -> None:
    everything = {name(path) for app in APPS for path in (ROOT / app).rglob("*") if path.name in FORBIDDEN_NAMES}
    assert everything == set()


def test_no_class_of_an_app_shares_its_name_with_another() -> None:
    """Django looks for a `Command`, a `Migration` and a `DatabaseWrapper`; a class within a class is named by both."""
    named = defaultdict(list)
    for path, module in modules().items():
        for class_name in set(module.classes) - {"Command", "Migration", "DatabaseWrapper"}:
            named[path.relative_to(ROOT).parts[0], class_name].append(name(path))
    assert {name: paths for name, paths in named.items() if len(paths) > 1} == {}


def test_every_save_says_which_fields_it_writes() -> None:
    assert [f"{name(path)}:{line}" for path, module in written().items() for line in module.bare_saves] == []


def _bare_saves(nodes: list[ast.AST]) -> Iterator[int]:
    """Yield the line of each `x.save()` without arguments: a save of all columns undoes what somebody else wrote.

    The `save` of a form of the admin is left alone: the form shows all it saves.
    """
    forms = {id(call) for node in nodes if _defines_save(node) for call in ast.walk(node)}
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"):
            continue
        if not node.args and not node.keywords and id(node) not in forms:
            yield node.lineno


def _defines_save(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "save"


def test_nothing_is_connected_by_signals() -> None:
    listening = [
        name(path)
        for path in sources(".py")
        if re.search(
            r"django\.(db\.models|core|contrib\.auth|dispatch)\S* import .*(signals|receiver|Signal)", path.read_text()
        )
    ]
    assert listening == []


#: Mail programs drop style sheets: an e-mail has its styles on its elements.
FOR_MAIL_PROGRAMS = {"templates/notifications/email.html"}


def test_a_template_has_no_inline_style_or_script() -> None:
    found = {}
    for path in templates():
        text = TEMPLATE_TAG.sub("", path.read_text(encoding="utf-8"))
        found[name(path)] = hits(INLINE_STYLE, text) + hits(INLINE_SCRIPT, text)
    assert {path for path, inline in found.items() if inline} == FOR_MAIL_PROGRAMS


def test_no_page_of_the_desk_writes_the_words_of_a_case_past_its_reader() -> None:
    """`{% subject case %}` and `{% user_text %}` cover whoever may not be known; anything else would show them bare."""
    bare = {
        f"{name(path)}: {word}"
        for path in templates()
        if name(path).startswith(STAFF_PAGES)
        for word in hits(WORDS_OF_A_CASE, PAST_THE_READER.sub("", path.read_text(encoding="utf-8")))
    }
    assert bare == set()


def test_a_style_sheet_knows_no_left_and_no_right() -> None:
    found = {name(path): hits(PHYSICAL, CSS_COMMENT.sub("", path.read_text(encoding="utf-8"))) for path in styles()}
    assert found == {path: [] for path in found}


def test_a_style_sheet_fetches_nothing_from_elsewhere() -> None:
    foreign = re.compile(r"url\(\s*[\"']?(?:data:|https?:|//)[^)]*\)|@import (?![\"][a-z/-]+\.css[\"];)[^;]+;")
    found = {name(path): hits(foreign, path.read_text(encoding="utf-8")) for path in styles()}
    assert found == {path: [] for path in found}


def test_a_script_names_no_property_by_what_comes_from_elsewhere() -> None:
    found = {name(path) for path in scripts() if hits(NAMED_FROM_ELSEWHERE, path.read_text(encoding="utf-8"))}
    # By the five names of a list of its own.
    assert found == {"static/js/passkey.js"}


def test_nothing_keeps_a_password_from_being_pasted_or_filled_in() -> None:
    """Every password is of the one field that names it to programs, and no script hears of a press of "paste"."""
    looked_at = [*scripts(), *templates(), *sources(".py")]
    found = {name(path) for path in looked_at if hits(HINDERS_PASTING, path.read_text(encoding="utf-8"))}
    assert found == {"kit/forms/passwords.py"}
    named = [PasswordField(new=is_new).widget.attrs["autocomplete"] for is_new in (True, False)]
    assert named == ["new-password", "current-password"]


def test_every_choice_of_a_row_names_its_empty_one() -> None:
    found = {
        name(path) for path in sources(".py") if hits(CHOICE_WITHOUT_ITS_EMPTY_LABEL, path.read_text(encoding="utf-8"))
    }
    assert found == set()


KEEPS_ARABIC = {
    "accounts/identity/names.py",  # the first word of names that are written as one or as two
    "accounts/demo.py",  # names of the demonstration's people
    "complaints/permissions/readers.py",  # the titles and particles that stand beside a name
    "complaints/contact_centre/calls.py",  # the question mark that ends a sentence
    "complaints/demonstration/stories.py",  # what the demonstration's people wrote
    "complaints/demonstration/desk_work.py",  # and what its staff did
    "complaints/simulation/people.py",  # names of simulated people
    "complaints/simulation/seeds.py",  # the streets they live in
    "complaints/simulation/texts.py",  # what is written on every simulated case
    "complaints/simulation/world.py",  # what the contact centre writes down
    "accounts/sign_in/passwords.py",  # the letters of a name, and how they are written in Latin
    "agencies/reference_changes.py",  # the separator of a list
    # The beginnings and endings of words, and the words that stand in every text:
    *(f"agencies/free_text/{part}.py" for part in ("danger", "empty_words", "lexicon", "places", "reader", "words")),
    # How names, numbers and addresses are written:
    *(f"complaints/visibility/{part}.py" for part in ("addresses", "announced", "names", "numbers", "redaction")),
    *(f"complaints/visibility/{part}.py" for part in ("kunyas", "letters", "name_parts", "namesakes")),
    *(f"complaints/visibility/{part}.py" for part in ("spellings", "texts", "vocabulary")),
    "complaints/suggestions/suggestion_model.py",  # the words that stand in every text
    "complaints/search/word_forms.py",  # the endings and beginnings of Arabic words
    "complaints/answer_quality/lexicon.py",  # the beginnings and endings of words, the rows of the keyboard
    "complaints/answer_quality/reading.py",  # the letters that Arabic has not
    "kit/arabic.py",  # the letters it folds
    "kit/forms/numbers.py",  # the thousands separator
    "config/formats/ar/formats.py",  # punctuation of dates
    "kit/months.py",  # months in the three families people write
    "config/operator.py",  # the operator's name, which is a setting
    "notifications/web.py",  # the short replies that are acted on
    "notifications/wordings/ar.py",  # messages, counted letter by letter, beside their English twins
    "notifications/wordings/ar_accounts.py",  # the same
    "notifications/wordings/ar_reports.py",  # the same
    "notifications/wordings/ar_staff.py",  # the same
    "kit/typed_text.py",  # the digits people type
}


def test_no_text_for_people_is_arabic_in_code() -> None:
    """Arabic stands in the catalogue and in data; what must stand in code is named here."""
    assert {name(path) for path, module in written().items() if module.is_arabic} - KEEPS_ARABIC == set()


def _is_arabic(nodes: list[ast.AST]) -> bool:
    documentation = {id(node.body[0].value) for node in nodes if _starts_with_text(node)}
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and ARABIC.search(node.value)
        for node in nodes
    )


def _starts_with_text(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr)


def test_the_key_of_a_recipient_is_spelled_in_one_place() -> None:
    """Whoever reads a key and whoever writes it must not drift apart: messages would go to nobody's history."""
    spelled = {name(path) for path in sources(".py") if hits(RECIPIENT, path.read_text(encoding="utf-8"))}
    assert spelled == {"accounts/contact.py"}


@pytest.mark.parametrize(
    ("pattern", "offence"),
    [
        (INLINE_STYLE, '<p style="color:red">'),
        (INLINE_SCRIPT, "<script>alert(1)</script>"),
        (INLINE_SCRIPT, "<a onclick='go()'>"),
        (PHYSICAL, "a { margin-left: 1px }"),
        (PHYSICAL, "a{text-align:right}"),
        (PHYSICAL, "a { inset: 0; left: 0 }"),
        (RECIPIENT, 'f"user:{user.pk}"'),
        (NAMED_FROM_ELSEWHERE, "found[key] = value;"),
        (NAMED_FROM_ELSEWHERE, "Object.assign(options, answer)"),
        (HINDERS_PASTING, 'field.addEventListener("paste", stop)'),
        (WORDS_OF_A_CASE, "{{ case.details }}"),
        (CHOICE_WITHOUT_ITS_EMPTY_LABEL, 'forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"))'),
        (WORDS_OF_A_CASE, PAST_THE_READER.sub("", "{% user_text row.case.subject %}")),
    ],
)
def test_the_rules_above_can_fail(pattern: re.Pattern[str], offence: str) -> None:
    assert len(hits(pattern, offence)) == 1


@pytest.mark.parametrize(
    ("pattern", "innocent"),
    [
        (INLINE_STYLE, '<link rel="stylesheet" href="a.css">'),
        (INLINE_SCRIPT, '<script src="app.js" defer></script>'),
        (PHYSICAL, "a { margin-inline-start: 1px; border-end-end-radius: 2px; text-align: start }"),
        (PHYSICAL, ".icon-left:hover { color: red }"),
        (NAMED_FROM_ELSEWHERE, "if (found[key] == value) return [one] = all;"),
        (WORDS_OF_A_CASE, PAST_THE_READER.sub("", "{% user_text case.details lines=True %}")),
        (WORDS_OF_A_CASE, "{% subject row.case %}"),
        (CHOICE_WITHOUT_ITS_EMPTY_LABEL, 'forms.ModelChoiceField(Agency.objects.none(), empty_label="—")'),
    ],
)
def test_the_rules_above_can_pass(pattern: re.Pattern[str], innocent: str) -> None:
    assert hits(pattern, innocent) == []
