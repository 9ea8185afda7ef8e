"""Small changes of a Python file over its syntax tree; each is one place of the file, written differently."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
#: What a person reads in the log changes nothing that a test should fix.
UNTOUCHED_CALLS = ("logger.",)

type Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes from ``start`` to ``end`` of ``file`` become ``after``.

    ``names`` is empty inside a function; elsewhere it is what the line defines, since it runs when it is imported.
    """

    file: str
    line: int
    end_line: int
    kind: str
    before: str
    after: str
    start: int
    end: int
    names: tuple[str, ...] = ()
    scope: str = ""
    ordinal: int = 1

    @property
    def key(self) -> str:
        """Return what stays the same when lines above it come and go; of two alike the second says so."""
        which = f" ({self.ordinal})" if self.ordinal > 1 else ""
        return f"{self.file} {self.scope}: {self.kind}: {self.before} → {self.after}{which}"

    def applied(self, source: bytes) -> bytes:
        """Return the file with the change."""
        return source[: self.start] + self.after.encode() + source[self.end :]


def find(file: str, source: bytes) -> list[Mutant]:
    """Return every mutant of a file that is another program, in the order of the file."""
    finder = _Finder(file, source)
    finder.visit(ast.parse(source))
    found = sorted(finder.found, key=lambda mutant: (mutant.start, mutant.end, mutant.kind, mutant.after))
    seen: Counter[str] = Counter()
    for place, mutant in enumerate(found):
        seen[mutant.key] += 1
        found[place] = replace(mutant, ordinal=seen[mutant.key])
    return found


class _Finder(ast.NodeVisitor):
    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source, self.found = file, source, list[Mutant]()
        self._starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
        self._depth, self._names, self._scope = 0, tuple[str, ...](), tuple[str, ...]()

    # ---- where we are ----

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._define(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._define(node)

    def _define(self, node: Scope) -> None:
        """Visit decorators and body; annotations and defaults are no behaviour of their own."""
        before, self._names = (self._names, self._scope), () if self._depth else (node.name,)
        self._scope += (node.name,)
        for decorator in node.decorator_list:
            self._add(decorator, "decorator removed", "", at=self._offset(decorator) - 1)
        self._depth += not isinstance(node, ast.ClassDef)
        for statement in node.body:
            self.visit(statement)
        self._depth -= not isinstance(node, ast.ClassDef)
        self._names, self._scope = before

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self._negate(node.test)
            self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> None:
        """Leave the pattern alone, of which only some changes would be patterns again."""
        for part in (*([node.guard] if node.guard else []), *node.body):
            self.visit(part)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self._add(node, "statement removed", "pass")
        self._value(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._value([node.target], node.value)

    def _value(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        before = self._names
        if not self._depth:
            self._names += tuple(target.id for target in targets if isinstance(target, ast.Name))
        self.visit(value)
        self._names = before

    def visit_TypeAlias(self, node: ast.TypeAlias) -> None:
        """Leave types alone."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts alone."""

    # ---- statements ----

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) or ast.unparse(node).startswith(UNTOUCHED_CALLS):
            return
        self._add(node, "statement removed", "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, "statement removed", "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "statement removed", "pass")

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and ast.unparse(node.value) not in {"None", "True", "False"}:
            self._add(node, "returns None", "return None")
        self.generic_visit(node)

    # ---- expressions ----

    def visit_Compare(self, node: ast.Compare) -> None:
        for place, operator in enumerate(node.ops):
            changed = copy.copy(node)
            changed.ops = [*node.ops[:place], COMPARISONS[type(operator)](), *node.ops[place + 1 :]]
            self._replace(node, "comparison", changed)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._replace(node, "and/or", ast.BoolOp(other, node.values))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = {ast.Add: ast.Sub, ast.Sub: ast.Add}.get(type(node.op))
        if other is not None:
            self._replace(node, "plus/minus", ast.BinOp(node.left, other(), node.right))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._replace(node, "not removed", node.operand)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._replace(node, "constant", ast.Constant(not node.value))
        elif isinstance(node.value, int):
            self._replace(node, "constant", ast.Constant(node.value + 1))

    def visit_Call(self, node: ast.Call) -> None:
        if not self._depth:  # the columns of a row
            for keyword in node.keywords:
                left = [other for other in node.keywords if other is not keyword]
                self._replace(node, f"{keyword.arg} removed", ast.Call(node.func, node.args, left), part=keyword)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for place, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            before = self._names
            if not self._depth and key is not None:
                self._names = _attributes(key) or self._names
                keys, values = list(node.keys), list(node.values)
                del keys[place], values[place]
                self._replace(node, "element removed", ast.Dict(keys, values), part=key)
            self.visit(value)
            self._names = before

    def visit_Set(self, node: ast.Set) -> None:
        self._elements(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._elements(node)

    def visit_List(self, node: ast.List) -> None:
        self._elements(node)

    def _elements(self, node: ast.Set | ast.Tuple | ast.List) -> None:
        if not self._depth:
            for place, element in enumerate(node.elts):
                changed = copy.copy(node)
                changed.elts = [*node.elts[:place], *node.elts[place + 1 :]]
                self._replace(node, "element removed", changed, part=element)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        # Comparisons and the like have changes of their own.
        if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
            self._replace(test, "condition negated", ast.UnaryOp(ast.Not(), test))

    # ---- what is found ----

    def _replace(self, node: ast.expr, kind: str, changed: ast.expr, *, part: ast.AST | None = None) -> None:
        self._add(node, kind, f"({ast.unparse(changed)})", part=part)

    def _add(
        self, node: ast.expr | ast.stmt, kind: str, after: str, *, at: int | None = None, part: ast.AST | None = None
    ) -> None:
        """Add a change of ``node``, or of ``part`` of it, which is what coverage and the list are about."""
        shown = node if part is None else part
        start = self._offset(node) if at is None else at
        end = self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        line, end_line = getattr(shown, "lineno", node.lineno), getattr(shown, "end_lineno", None) or node.lineno
        names = () if self._depth else self._names
        before = ast.unparse(shown)
        scope = ".".join(self._scope or names)
        self.found.append(Mutant(self.file, line, end_line, kind, before, after, start, end, names, scope))

    def _offset(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset


def _attributes(key: ast.expr) -> tuple[str, ...]:
    """Return the last names of a key such as ``Action.ACCEPT``."""
    return tuple(node.attr for node in ast.walk(key) if isinstance(node, ast.Attribute))


def mentions(source: bytes) -> Iterator[tuple[str, int]]:
    """Yield each name that a file reads, bare or as an attribute, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
