"""Breaks that know no grammar: what pasting, merging and chatting do to a file."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from breaks.base import Break, Kind, Source, Token, shuffled

BRANCHES = [
    "feature/login",
    "origin/main",
    "fix-typo",
    "develop",
    "upstream/master",
    "a41c9e2 (Refactor helpers)",
    "theirs",
]
BEFORE = [
    "Here is the corrected code:",
    "Sure! Here's the updated file:",
    "Certainly. Below is the full implementation.",
    "I've fixed the bug you mentioned. Here is the complete file:",
    "The following version handles the edge case:",
    "Here's the refactored version with the changes you asked for:",
    "Of course! I have updated the module as requested.",
    "You're right, that was missing. Updated code:",
]
AFTER = [
    "Let me know if you need anything else!",
    "This should now work as expected.",
    "Hope this helps!",
    "I changed the loop so that it no longer skips the last item.",
    "Note that you'll need to install the dependencies before running this.",
    "The main changes are:\n\n1. Improved error handling\n2. Renamed a few variables for clarity\n",
    "Feel free to ask if you have further questions.",
]
SMART = {'"': ("\u201c", "\u201d"), "'": ("\u2018", "\u2019")}
LOOKALIKE = dict(
    zip("aceiopsxy", "\u0430\u0441\u0435\u0456\u043e\u0440\u0455\u0445\u0443", strict=True)
)
SPLITTABLE = {
    "==",
    "!=",
    "->",
    ":=",
    "<=",
    ">=",
    "+=",
    "-=",
    "*=",
    "/=",
    "=>",
    "===",
    "!==",
    "&&",
    "||",
    "//",
    "**",
    "?.",
    "??",
    "++",
    "|=",
}


def conflict(source: Source, rng: random.Random) -> Iterator[Break]:
    for first in shuffled(range(len(source.lines)), rng)[:40]:
        last = min(first + rng.choice([0, 0, 1, 2, 4, 7]), len(source.lines) - 1)
        if not source.lines[last].endswith("\n") or not (
            first == 0 or source.ends_clean(first - 1)
        ):
            continue
        start, end = source.span(first, last)
        kept = source.text[start:end]
        union = last > first and rng.random() < 0.15
        if union:  # each side added its own lines, and both belong
            cut = rng.randint(first + 1, last)
            ours, theirs, base = (
                source.text[start : source.starts[cut]],
                source.text[source.starts[cut] : end],
                "",
            )
        else:
            ours, base = kept, vary(kept, rng)
            theirs = base if rng.random() < 0.7 else vary(kept, rng)
            if rng.random() < 0.4:
                ours, theirs = theirs, ours
        if not kept.strip() or theirs == ours or not ours.strip():
            continue
        middle = (
            f"||||||| {rng.choice(['merged common ancestors', '7c3f1d0', 'base'])}\n{base}"
            if rng.random() < 0.3
            else ""
        )
        ours_name = rng.choice(["HEAD", "HEAD", "HEAD", "Updated upstream", "ours"])
        block = (
            f"<<<<<<< {ours_name}\n{ours}{middle}=======\n{theirs}>>>>>>> {rng.choice(BRANCHES)}\n"
        )
        yield Break(((start, end, block),), "line")


def vary(hunk: str, rng: random.Random) -> str:
    """An older version of the hunk: fewer lines, or another name, number or string in one line."""
    lines = hunk.splitlines(keepends=True)
    at = rng.choice([i for i, line in enumerate(lines) if line.strip()] or [0])
    how = rng.choice(["drop", "name", "name", "number", "string", "cut"])
    if how == "drop":
        return "".join(lines[:at] + lines[at + 1 :])
    if how == "cut":
        return "".join(lines[:at])
    pattern, new = {
        "name": (
            r"\b[a-z_]\w{3,}\b",
            lambda m: rng.choice([f"old_{m[0]}", f"{m[0]}s", m[0][:-1], f"{m[0]}_"]),
        ),
        "number": (r"\b\d+\b", lambda m: str(int(m[0]) + rng.randint(1, 9))),
        "string": (
            r"(?<=['\"])\w[\w .-]+(?=['\"])",
            lambda m: m[0].upper() if m[0].islower() else m[0].lower(),
        ),
    }[how]
    found = list(re.finditer(pattern, lines[at]))
    if not found:
        return "".join(lines[:at] + lines[at + 1 :])
    hit = rng.choice(found)
    lines[at] = lines[at][: hit.start()] + new(hit) + lines[at][hit.end() :]
    return "".join(lines)


def fence(source: Source, rng: random.Random) -> Iterator[Break]:
    yield Break(tuple(_fence(source, rng)), "wrap")


def _fence(source: Source, rng: random.Random) -> list:
    names = {
        "python": ["python", "py", "", "python3"],
        "javascript": ["js", "javascript", "", "jsx"],
    }.get(source.language, ["ts", "typescript", "tsx", ""])
    mark = rng.choice(["```", "```", "```", "~~~"])
    tail = "" if source.text.endswith("\n") else "\n"
    opening, closing = (
        (0, 0, f"{mark}{rng.choice(names)}\n"),
        (len(source.text), len(source.text), f"{tail}{mark}\n"),
    )
    return rng.choice([[opening, closing]] * 3 + [[closing], [opening]])


def chat(source: Source, rng: random.Random) -> Iterator[Break]:
    size = len(source.text)
    tail = "" if source.text.endswith("\n") else "\n"
    before = [(0, 0, f"{rng.choice(BEFORE)}\n\n")]
    after = [(size, size, f"{tail}\n{rng.choice(AFTER)}\n")]
    if rng.random() < 0.4:
        edits = _fence(source, rng)
        where = [(0, 0, before[0][2])] if rng.random() < 0.8 else []
        heads = "".join(e[2] for e in [*where, *[e for e in edits if e[0] == 0]])
        tails = "".join(e[2] for e in edits if e[0] == size) + (
            after[0][2].lstrip("\n") if rng.random() < 0.6 else ""
        )
        yield Break(tuple(e for e in ((0, 0, heads), (size, size, tails)) if e[2]), "wrap")
        return
    yield Break(tuple(rng.choice([before, after, before + after])), "wrap")


def diff(source: Source, rng: random.Random) -> Iterator[Break]:
    count = len(source.lines)
    for _ in range(20):
        if rng.random() < 0.3:  # a new file, as a patch shows it
            header = f"@@ -0,0 +1,{count} @@\n"
            if rng.random() < 0.5:
                header = f"--- /dev/null\n+++ b/module\n{header}"
            edits = [(start, start, "+") for start in source.starts[:-1]]
            edits[0] = (0, 0, f"{header}+")
            yield Break(tuple(edits), "line")
            continue
        first = rng.randrange(count)
        last = min(count - 1, first + rng.choice([0, 1, 2, 4]))
        if not (first == 0 or source.ends_clean(first - 1)) or not source.ends_clean(last):
            continue
        start, end = source.span(first, last)
        old = vary(source.text[start:end], rng) if rng.random() < 0.7 else ""
        new = "".join(f"+{line}" for line in source.lines[first : last + 1])
        minus = "".join(f"-{line}" for line in old.splitlines(keepends=True))
        yield Break(((start, end, minus + new),), "line")


def gutter(source: Source, rng: random.Random) -> Iterator[Break]:
    width = len(str(len(source.lines)))
    style = rng.choice(
        ["{0:>{1}} | ", "{0:>{1}}: ", "{0:>{1}}\t", "{0:>{1}}  ", "{0}. ", "{0:0{1}d} "]
    )
    offset = rng.choice([1, 1, 1, rng.randint(2, 400)])
    edits = [
        (start, start, style.format(i + offset, width))
        for i, start in enumerate(source.starts[:-1])
    ]
    yield Break(tuple(edits), "line")


def prompts(source: Source, rng: random.Random) -> Iterator[Break]:
    program = {"python": "python3 main.py", "javascript": "node index.js"}.get(
        source.language, "npx ts-node index.ts"
    )
    for _ in range(6):
        if source.python and rng.random() < 0.6:
            yield from _session(source, rng)
        else:
            sign = rng.choice(["$ ", "user@host:~/project$ ", "~/src $ ", "% "])
            first = f"{sign}{rng.choice([f'cat {program.split()[-1]}', program])}\n"
            edits = [(0, 0, first)]
            if rng.random() < 0.4:
                edits.append((len(source.text), len(source.text), f"{sign}{program}\n"))
            yield Break(tuple(edits), "wrap")


def _session(source: Source, rng: random.Random) -> Iterator[Break]:
    """The file, or some lines of it, as a Python session prints what one types."""
    whole = rng.random() < 0.5
    first = 0 if whole else rng.randrange(len(source.lines))
    last = len(source.lines) - 1 if whole else min(first + rng.randint(0, 9), len(source.lines) - 1)
    edits = []
    for line in range(first, last + 1):
        text = source.lines[line]
        if not text.strip() and not whole:
            continue
        fresh = text[0] not in " \t\n)]}" and (line == 0 or source.ends_clean(line - 1))
        fresh = fresh and not re.match(r"(else|elif|except|finally)\b", text)
        edits.append((source.starts[line], source.starts[line], ">>> " if fresh else "... "))
    if edits:
        yield Break(tuple(edits), "line")


def invisible(source: Source, rng: random.Random) -> Iterator[Break]:
    for token in shuffled(source.tokens, rng)[:40]:
        mark = rng.choice(["\u200b", "\u200b", "\ufeff", "\u2060", "\u00a0", "\u200e"])
        start = source.starts[source.line_of(token.start)]
        margin = source.text[start : token.start]
        if mark == "\u00a0" and margin and not margin.strip(" "):
            yield Break(((start, token.start, mark * len(margin)),))
        elif mark == "\u00a0" and source.text[token.start - 1 : token.start] == " ":
            yield Break(((token.start - 1, token.start, mark),))
        else:
            yield Break(((token.start, token.start, mark),))


def smart_quotes(source: Source, rng: random.Random) -> Iterator[Break]:
    strings = [
        t
        for t in source.tokens
        if t.kind == "string" and t.text[:1] in SMART and t.text[0] == t.text[-1]
    ]
    strings = [t for t in strings if len(t.text) > 1 and t.text[:3] not in {'"""', "'''"}]
    for token in shuffled(strings, rng)[:20]:
        left, right = SMART[token.text[0]]
        line = source.line_of(token.start)
        same = (
            [t for t in strings if source.line_of(t.start) == line]
            if rng.random() < 0.5
            else [token]
        )
        yield Break(
            tuple(
                (t.start, t.end, f"{SMART[t.text[0]][0]}{t.text[1:-1]}{SMART[t.text[0]][1]}")
                for t in same
            )
        )
        yield Break(((token.start, token.start + 1, left), (token.end - 1, token.end, right)))


def full_width(source: Source, rng: random.Random) -> Iterator[Break]:
    marks = [
        t
        for t in source.tokens
        if t.kind == "op" and t.text in "()[]{},:;=+-<>!." and len(t.text) == 1
    ]
    for token in shuffled(marks, rng)[:20]:
        line = source.line_of(token.start)
        same = (
            [t for t in marks if source.line_of(t.start) == line] if rng.random() < 0.3 else [token]
        )
        yield Break(tuple((t.start, t.end, chr(ord(t.text) + 0xFEE0)) for t in same))


def lookalike(source: Source, rng: random.Random) -> Iterator[Break]:
    words = [t for t in source.tokens if t.kind == "keyword" and set(t.text) & set(LOOKALIKE)]
    for token in shuffled(words, rng)[:20]:
        at = rng.choice([i for i, letter in enumerate(token.text) if letter in LOOKALIKE])
        yield Break(((token.start + at, token.start + at + 1, LOOKALIKE[token.text[at]]),))


def split_operator(source: Source, rng: random.Random) -> Iterator[Break]:
    for token in shuffled([t for t in source.tokens if t.text in SPLITTABLE], rng)[:20]:
        cut = rng.randint(1, len(token.text) - 1)
        yield Break(((token.start + cut, token.start + cut, " "),))


def _brackets(source: Source, marks: str) -> list[Token]:
    return [t for t in source.tokens if t.kind == "op" and t.text in {*marks}]


def missing(marks: str) -> Kind:
    def kind(source: Source, rng: random.Random) -> Iterator[Break]:
        found = shuffled(_brackets(source, marks), rng)
        for token in found[:40]:
            if (
                token.text in ")]}" or rng.random() < 0.5
            ):  # people forget to close more often than to open
                yield Break(((token.start, token.end, ""),))

    return kind


def extra_bracket(source: Source, rng: random.Random) -> Iterator[Break]:
    for token in shuffled(_brackets(source, "()[]{}"), rng)[:20]:
        yield Break(((token.end, token.end, token.text),))
        anywhere = rng.choice(source.tokens)
        if rng.random() < 0.4:
            yield Break(((anywhere.end, anywhere.end, rng.choice(")]}")),))


def missing_comma(source: Source, rng: random.Random) -> Iterator[Break]:
    depth = 0
    inside = []
    for token in source.tokens:
        if token.kind == "op":
            depth += (token.text in "([{") - (token.text in ")]}")
            if token.text == "," and depth:
                inside.append(token)
    for token in shuffled(inside, rng)[:30]:
        yield Break(((token.start, token.end, ""),))


def unterminated_string(source: Source, rng: random.Random) -> Iterator[Break]:
    strings = [
        t
        for t in source.tokens
        if t.kind == "string" and t.text[-1:] in {'"', "'"} and len(t.text) > 2
    ]
    for token in shuffled(strings, rng)[:20]:
        mark = (
            token.text[-3:]
            if token.text[-3:] in {'"""', "'''"} and len(token.text) > 5
            else token.text[-1]
        )
        if len(mark) == 3 and rng.random() < 0.7:
            continue  # docstrings are many; most unterminated strings are short ones
        opening = token.start + token.text.index(mark)
        if rng.random() < 0.75:
            yield Break(((token.end - len(mark), token.end, ""),))
        else:
            yield Break(((opening, opening + len(mark), ""),))


COMMON: dict[str, Kind] = {
    "merge-conflict": conflict,
    "markdown-fence": fence,
    "chat-prose": chat,
    "diff-markers": diff,
    "line-numbers": gutter,
    "prompts": prompts,
    "invisible-character": invisible,
    "smart-quotes": smart_quotes,
    "full-width": full_width,
    "look-alike-keyword": lookalike,
    "split-operator": split_operator,
    "extra-bracket": extra_bracket,
    "missing-comma": missing_comma,
    "unterminated-string": unterminated_string,
}
