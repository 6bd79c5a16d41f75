"""Which kind of bug one edit repairs, told by the syntax trees before and after it."""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Sequence
from typing import Final

from thea_code_system.training.mining.edits import SingleEdit
from thea_code_system.training.mining.trees import Tree

COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"})
BOOLEANS: Final = frozenset({"and", "or"})
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"})
AUGMENTED: Final = frozenset({f"{operator}=" for operator in ARITHMETIC})
_NEGATIONS: Final = (frozenset({"is", "is not"}), frozenset({"in", "not in"}))
_STYLE: Final = frozenset({("==", "is"), ("!=", "is not")})  # what linters ask for
_PORTED: Final = frozenset(
    {"unicode", "basestring", "xrange", "long", "raw_input", "unichr", "file", "izip", "imap"}
)  # Python 2's names: a port, not a bug
_SMALL: Final = 1024
_VALUES: Final = frozenset({"True", "False", "None"})


class BugKinds:
    """Names the kind of a single edit: one of the codes of :attr:`EVERY`, or nothing."""

    #: The kinds that the figures are quoted for.
    FIRM: Final = frozenset(
        {"variable-misuse", "comparison", "boolean", "arithmetic", "negation", "swapped-arguments"}
    )
    #: Those, and the kinds that only training uses.
    EVERY: Final = FIRM | {
        "wrong-literal", "wrong-attribute", "wrong-keyword", "undefined-name", "assignment"
    }  # fmt: skip

    def kind(self, edit: SingleEdit, before: str, after: str) -> str | None:
        """The kind of an edit between two texts that both parse; None for any other edit."""
        if not self._promising(edit, before):
            return None
        try:
            old, new = Tree(before), Tree(after)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if len(edit.before.tokens) == len(edit.after.tokens) == 1:
            return self._replacement(edit, old, new)
        if edit.old == "not" or edit.new == "not":
            return self._negation(edit, old, new)
        return self._swap(edit, old, new)

    @classmethod
    def _promising(cls, edit: SingleEdit, before: str) -> bool:
        """Whether it is worth parsing both texts: most edits are told from bugs by their tokens."""
        a, b = edit.before.tokens, edit.after.tokens
        if len(a) == len(b) == 1:
            if not cls._comparable(a[0], b[0]):
                return False
            lines = "\n".join(edit.old_lines)
            known = b[0] in before or f".{a[0]}" in lines or f"{a[0]}=" in lines
            return known or not cls._is_name(b[0])
        if len(a) == len(b):
            return sorted(a) == sorted(b) and "," in a
        return {a, b} == {(), ("not",)}

    @classmethod
    def _comparable(cls, old: str, new: str) -> bool:
        """Whether two tokens are of one class: operators, names or plain values."""
        classes = (COMPARISONS, BOOLEANS, ARITHMETIC, AUGMENTED | {"="})
        if any({old, new} <= some for some in classes):
            return True
        values = [token in _VALUES or token[:1].isdigit() for token in (old, new)]
        return all(values) or (cls._is_name(old) and cls._is_name(new))

    def _replacement(self, edit: SingleEdit, before: Tree, after: Tree) -> str | None:
        old, new = edit.old, edit.new
        a, b = before.chain(edit.before), after.chain(edit.after)
        if {old, new} <= COMPARISONS:
            if not isinstance(a[-1], ast.Compare) or (old, new) in _STYLE:
                return None
            return "negation" if {old, new} in _NEGATIONS else "comparison"
        if {old, new} <= BOOLEANS:
            return "boolean" if isinstance(a[-1], ast.BoolOp) else None
        if {old, new} <= ARITHMETIC:
            binary = isinstance(a[-1], ast.BinOp) and isinstance(b[-1], ast.BinOp)
            return "arithmetic" if binary else None
        if {old, new} <= AUGMENTED:
            return "arithmetic" if isinstance(a[-1], ast.AugAssign) else None
        if AUGMENTED | {"="} >= {old, new}:
            return "assignment"
        if self._is_name(old) and self._is_name(new):
            return self._name(edit, a, b, before, after)
        return self._literal(a, b)

    @staticmethod
    def _is_name(token: str) -> bool:
        return token.isidentifier() and not keyword.iskeyword(token)

    def _name(
        self,
        edit: SingleEdit,
        a: Sequence[ast.AST],
        b: Sequence[ast.AST],
        before: Tree,
        after: Tree,
    ) -> str | None:
        match a[-1], b[-1]:
            case ast.Name(id=old, ctx=ast.Load()), ast.Name(id=new):
                return self._variable(old, new, before, after)
            case ast.Attribute(attr=old), ast.Attribute(attr=new) if (old, new) == (
                edit.old,
                edit.new,
            ):
                return "wrong-attribute"
            case ast.keyword(arg=old), ast.keyword(arg=new) if (old, new) == (edit.old, edit.new):
                return "wrong-keyword"
        return None

    @staticmethod
    def _variable(old: str, new: str, before: Tree, after: Tree) -> str | None:
        if _PORTED & {old, new}:
            return None
        if old in after.names or hasattr(builtins, old):
            return "variable-misuse" if new in before.names else None
        return "undefined-name" if new in before.bound else None

    @staticmethod
    def _literal(a: Sequence[ast.AST], b: Sequence[ast.AST]) -> str | None:
        if not any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for node in a):
            return None  # a constant of a module is a setting
        match a[-1], b[-1]:
            case ast.Constant(value=old), ast.Constant(value=new):
                plain = all(
                    value is None or (isinstance(value, (int, float)) and abs(value) < _SMALL)
                    for value in (old, new)
                )
                return "wrong-literal" if plain and repr(old) != repr(new) else None
        return None

    @staticmethod
    def _negation(edit: SingleEdit, before: Tree, after: Tree) -> str | None:
        """A ``not`` that came or went; where it stands, there is a node that begins with it."""
        tree, span = (before, edit.before) if edit.old else (after, edit.after)
        inner = tree.chain(span)[-1]
        return "negation" if isinstance(inner, ast.UnaryOp) else None

    def _swap(self, edit: SingleEdit, before: Tree, after: Tree) -> str | None:
        """Two neighbours of one call that changed places."""
        calls = []
        for tree, span in ((before, edit.before), (after, edit.after)):
            held = [node for node in tree.chain(span) if isinstance(node, ast.Call)]
            if not held:
                return None
            calls.append(held[-1])
        old, new = calls
        if ast.dump(old.func) != ast.dump(new.func):
            return None
        positional = [[ast.dump(node) for node in call.args] for call in calls]
        named = [[ast.dump(node) for node in call.keywords] for call in calls]
        if named[0] == named[1]:
            return "swapped-arguments" if self._neighbours(*positional) else None
        labels = [[node.arg for node in call.keywords] for call in calls]
        values = [[ast.dump(node.value) for node in call.keywords] for call in calls]
        same = positional[0] == positional[1] and labels[0] == labels[1]
        return "swapped-arguments" if same and self._neighbours(*values) else None

    @staticmethod
    def _neighbours(old: Sequence[str], new: Sequence[str]) -> bool:
        if len(old) != len(new):
            return False
        differ = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
        if len(differ) != 2 or differ[1] != differ[0] + 1:
            return False
        first, second = differ
        return old[first] == new[second] and old[second] == new[first]
