"""Small edits of a solution, as people slip: another comparison or constant, arguments exchanged, a line left out.

Made with libcst, so that everything else of the file stays as it was written.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import libcst as cst

COMPARISONS: dict[type[cst.BaseCompOp], tuple[type[cst.BaseCompOp], ...]] = {
    cst.LessThan: (cst.LessThanEqual, cst.GreaterThan),
    cst.LessThanEqual: (cst.LessThan, cst.GreaterThanEqual),
    cst.GreaterThan: (cst.GreaterThanEqual, cst.LessThan),
    cst.GreaterThanEqual: (cst.GreaterThan, cst.LessThanEqual),
    cst.Equal: (cst.NotEqual,),
    cst.NotEqual: (cst.Equal,),
    cst.In: (cst.NotIn,),
    cst.NotIn: (cst.In,),
    cst.Is: (cst.IsNot,),
    cst.IsNot: (cst.Is,),
}
OPERATORS: dict[type[cst.CSTNode], type[cst.CSTNode]] = {
    cst.Add: cst.Subtract,
    cst.Subtract: cst.Add,
    cst.Multiply: cst.Divide,
    cst.Divide: cst.Multiply,
    cst.FloorDivide: cst.Divide,
    cst.Modulo: cst.FloorDivide,
    cst.Power: cst.Multiply,
    cst.BitAnd: cst.BitOr,
    cst.BitOr: cst.BitAnd,
    cst.LeftShift: cst.RightShift,
    cst.RightShift: cst.LeftShift,
    cst.And: cst.Or,
    cst.Or: cst.And,
    cst.AddAssign: cst.SubtractAssign,
    cst.SubtractAssign: cst.AddAssign,
    cst.MultiplyAssign: cst.DivideAssign,
    cst.DivideAssign: cst.MultiplyAssign,
    cst.BitAndAssign: cst.BitOrAssign,
    cst.BitOrAssign: cst.BitAndAssign,
}
NAMES = {
    **{
        a: b
        for pair in ("min max", "any all", "floor ceil", "argmin argmax", "minimum maximum")
        for a, b in [pair.split()]
    },
    **{
        b: a
        for pair in ("min max", "any all", "floor ceil", "argmin argmax", "minimum maximum")
        for a, b in [pair.split()]
    },
    **{
        "mean": "median",
        "median": "mean",
        "std": "var",
        "lower": "upper",
        "zeros": "ones",
        "ones": "zeros",
        "exp": "expm1",
    },
    **{
        "log": "log1p",
        "cumsum": "cumprod",
        "append": "extend",
        "lstrip": "strip",
        "rstrip": "strip",
        "strip": "rstrip",
    },
}
WRAPPERS = {
    "abs",
    "sorted",
    "list",
    "float",
    "int",
    "set",
    "reversed",
    "unique",
    "sqrt",
    "copy",
    "asarray",
    "round",
    "dict",
}
"""Functions and methods of one argument that are easily forgotten."""


@dataclass(frozen=True)
class Edit:
    """One small edit of a text."""

    kind: str
    told: str
    """The function that it is in, the line before and the line after."""
    text: str
    """The whole text after it."""


def edits(source: str) -> list[Edit]:
    """Return every edit of a Python text that leaves one, in the order of their places."""
    module = cst.parse_module(source)
    found = _Finder()
    module.visit(found)
    made = []
    for kind, place, old, new in found.edits:
        changed = module.deep_replace(old, new) if new is not None else module.deep_remove(old)
        text = changed.code if isinstance(changed, cst.Module) else source
        if text != source and _compiles(text):
            made.append(Edit(kind, f"{place}: {difference(source, text)}", text))
    return made


def sample(found: Sequence[Edit], count: int) -> list[Edit]:
    """Return some edits, the same ones each time, of every kind about as many."""
    rng, kinds = random.Random(0), defaultdict(list)
    for edit in found:
        kinds[edit.kind].append(edit)
    for group in kinds.values():
        rng.shuffle(group)
    chosen: list[Edit] = []
    while len(chosen) < min(count, len(found)):
        chosen += [group.pop() for group in kinds.values() if group]
    return chosen[:count]


def _compiles(text: str) -> bool:
    try:
        compile(text, "edited", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def difference(before: str, after: str) -> str:
    """Return the lines in which two texts differ, as they were and as they are."""
    old, new = before.splitlines(), after.splitlines()
    start = _same(zip(old, new, strict=False))
    end = _same(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    return f"{_joined(old[start : len(old) - end])} → {_joined(new[start : len(new) - end]) or 'left out'}"


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    """Return how many pairs are equal before the first that is not."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _joined(lines: list[str]) -> str:
    return " ".join(line.partition("  # ")[0].strip() for line in lines)


Found = tuple[str, str, cst.CSTNode, cst.CSTNode | None]


class _Finder(cst.CSTVisitor):
    """Collects what may be edited, and into what."""

    def __init__(self) -> None:
        self.edits: list[Found] = []
        self._places: list[str] = []

    # --- what is never edited --------------------------------------------------------------------------

    def visit_Annotation(self, node: cst.Annotation) -> bool:
        return False

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Raise(self, node: cst.Raise) -> bool:
        return False  # what an error says is of no account

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        return False

    # --- where one is ----------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._places.append(node.name.value)

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._places.pop()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._places.append(node.name.value)

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        self._places.pop()

    def _add(self, kind: str, old: cst.CSTNode, new: cst.CSTNode | None) -> None:
        self.edits.append((kind, ".".join(self._places) or "the file", old, new))

    # --- edits -----------------------------------------------------------------------------------------

    def visit_ComparisonTarget(self, node: cst.ComparisonTarget) -> None:
        for other in COMPARISONS.get(type(node.operator), ()):
            self._add("comparison", node, node.with_changes(operator=other()))

    def visit_BinaryOperation(self, node: cst.BinaryOperation) -> None:
        self._other(node)

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        self._other(node)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:
        self._other(node)

    def _other(self, node: cst.BinaryOperation | cst.BooleanOperation | cst.AugAssign) -> None:
        if other := OPERATORS.get(type(node.operator)):
            self._add("operator", node, node.with_changes(operator=other()))

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> None:
        if isinstance(node.operator, (cst.Not, cst.Minus, cst.BitInvert)):
            self._add("sign", node, node.expression)

    def visit_Integer(self, node: cst.Integer) -> None:
        number = int(node.value, 0)
        self._add("constant", node, cst.Integer(str(number + 1)))
        if number > 0:
            self._add("constant", node, cst.Integer(str(number - 1)))

    def visit_Float(self, node: cst.Float) -> None:
        number = float(node.value)
        self._add("constant", node, cst.Float(repr(2 * number) if number else "1.0"))

    def visit_Name(self, node: cst.Name) -> None:
        if node.value in ("True", "False"):
            self._add("constant", node, cst.Name(str(node.value == "False")))
        elif node.value in NAMES:
            self._add("name", node, cst.Name(NAMES[node.value]))

    def visit_Call(self, node: cst.Call) -> None:
        for arg in node.args:
            if arg.keyword is not None:
                kept = [a for a in node.args if a is not arg]
                self._add("keyword", node, node.with_changes(args=_without_comma(kept)))
        plain = [arg for arg in node.args if arg.keyword is None and not arg.star]
        if len(plain) >= 2:
            first, second = plain[:2]
            values = {id(first): second.value, id(second): first.value}
            swapped = [a.with_changes(value=values.get(id(a), a.value)) for a in node.args]
            self._add("arguments", node, node.with_changes(args=swapped))
        name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")
        if name in WRAPPERS and len(plain) == 1 and not node.args[0].star:
            self._add("call", node, plain[0].value)
        elif name in WRAPPERS and not plain and isinstance(node.func, cst.Attribute):
            self._add("call", node, node.func.value)

    def visit_If(self, node: cst.If) -> None:
        self._add("condition", node, node.with_changes(test=_negated(node.test)))
        if node.orelse is None:
            self._add("statement", node, cst.SimpleStatementLine([cst.Pass()]))

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self._add("condition", node, node.body)
        self._add("condition", node, node.orelse)

    def visit_CompIf(self, node: cst.CompIf) -> None:
        self._add("condition", node, node.with_changes(test=_negated(node.test)))

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        if len(node.body) == 1 and _acts(node.body[0]):
            self._add("statement", node, node.with_changes(body=[cst.Pass()]))


def _acts(statement: cst.BaseSmallStatement) -> bool:
    """Return whether a statement can be left out and the file still makes sense: it changes something that is there."""
    if isinstance(statement, cst.Expr):
        return not isinstance(statement.value, (cst.SimpleString, cst.ConcatenatedString))
    if isinstance(statement, cst.Assign):
        return all(isinstance(target.target, (cst.Subscript, cst.Attribute)) for target in statement.targets)
    return isinstance(statement, (cst.AugAssign, cst.Continue, cst.Break, cst.Del))


def _negated(test: cst.BaseExpression) -> cst.BaseExpression:
    return cst.UnaryOperation(cst.Not(), test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]))


def _without_comma(args: list[cst.Arg]) -> list[cst.Arg]:
    return [*args[:-1], args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)] if args else []
