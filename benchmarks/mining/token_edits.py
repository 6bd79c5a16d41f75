"""The distance that repairs are scored by: tokens and token edits of texts that need not parse.

Comments and blank lines do not count; in Python each line carries its indentation.
"""

from __future__ import annotations

import difflib
import re

TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|[A-Za-z_$]\w*|\d[\w.]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
    r"|`(?:\\.|[^`\\])*`|#[^\n]*|\*\*=|//=|>>=|<<=|===|!==|->|=>|:=|[-+*/%&|^=!<>]=|\*\*|//|<<|>>"
    r"|&&|\|\||\S",
    re.DOTALL,
)
PYTHON_TOKEN = re.compile(TOKEN.pattern.replace(r"/\*.*?\*/|//[^\n]*|", ""), re.DOTALL)
FARTHEST = 9999


def tokens(text: str, *, python: bool) -> list[str]:
    if not python:
        return [t for t in TOKEN.findall(text) if not t.startswith(("//", "/*"))]
    out: list[str] = []
    for line in text.splitlines():
        body = line.strip()
        if body and not body.startswith("#"):
            wide = line.expandtabs(8)
            out.append(f"<indent {len(wide) - len(wide.lstrip())}>")
            out += [t for t in PYTHON_TOKEN.findall(body) if not t.startswith("#")]
            out.append("<newline>")
    return out


def edits(before: list[str], after: list[str]) -> list[tuple[list[str], list[str]]] | None:
    """What was replaced by what, or None where the two are too far apart to compare."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    if max(len(before), len(after)) > 4000:
        return None
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [(before[a:b], after[c:d]) for op, a, b, c, d in codes if op != "equal"]


def distance(changes: list[tuple[list[str], list[str]]] | None) -> int:
    if changes is None:
        return FARTHEST
    return sum(max(len(old), len(new)) for old, new in changes)
