"""When two texts are the same repair: the tokens that the shared scorer of repairs compares."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"/\*.*?\*/|//[^\n]*|[A-Za-z_$]\w*|\d[\w.]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|#[^\n]*"
    r"|\*\*=|//=|>>=|<<=|===|!==|->|=>|:=|[-+*/%&|^=!<>]=|\*\*|//|<<|>>|&&|\|\||\S",
    re.DOTALL,
)
PY_TOKEN = re.compile(TOKEN.pattern.replace(r"/\*.*?\*/|//[^\n]*|", ""), re.DOTALL)


def tokens(text: str, python: bool) -> list[str]:
    """Tokens of a text that need not parse; in Python each line carries its indentation."""
    if not python:
        return [t for t in TOKEN.findall(text) if not t.startswith(("//", "/*"))]
    out: list[str] = []
    for line in text.splitlines():
        body = line.strip()
        if not body or body.startswith("#"):
            continue
        expanded = line.expandtabs(8)
        out.append(f"<indent {len(expanded) - len(expanded.lstrip())}>")
        out += [t for t in PY_TOKEN.findall(body) if not t.startswith("#")]
        out.append("<newline>")
    return out
