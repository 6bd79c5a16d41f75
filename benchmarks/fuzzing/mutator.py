"""Mutations of files: some keep a file whole, some break it, some leave no text at all."""

from __future__ import annotations

import codecs
import random
import re
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]
TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")
WORDS = r"""
( ) [ ] { } : ; , . = == === != <> += -> => ++ @ # // /* */ " ' ` \"\"\" ''' \ ~ ? ! % $
if else elif for while def class return lambda yield await async import from with try
except finally print exec function const let var new delete typeof in of is not None
0777 0x 1_0 1e 0b2 f'{ f'{x!r:{y}}' rb'' `${ </div> <a> <!-- <<<<<<< ======= >>>>>>> ```
"""
SPLICED = [
    word.encode()
    for word in (
        *WORDS.split(), '"""',
        "\n", "\r", "\r\n", "\t", "\f", "\v", "    ", " ", "\x1c", "\x85", "\u2028", "\u2029",
        "\ufeff", "\u200b", "\u202e", "\xa0", "\u3000", "ﬁ", "é", "e\u0301", "𝒳", "😀", "“", "’",
        "，", "（", "：", "а", "İ", "ß", "\x00", "\x1a", "\x7f", "\ufffd",
    )
]  # fmt: skip
FIXABLE = {
    "python": [
        b"import os, sys\n", b"import json\n", b"if x == None:\n    pass\n", b"x = f'nothing'\n",
        b"print('a' % b)\n", b"raise NotImplemented\n", b"if not x in y:\n    pass\n",
        b"# teh langauge recieves occured words\n", b"def f(a):\n    import re\n    return a\n",
        b"try:\n    pass\nexcept:\n    pass\n", b"assert (1, 'x')\n", b"x is 'literal'\n",
        b"breakpoint()\n", b"from os import *\n", b"def g():\n    y = 1\n", b"print 'old'\n",
        b"# thea: ignore[ruff]\nimport re\n", b"import sys  # noqa: F401\n", b"# thea: skip-file\n",
        b"# thea: disable[ruff/F401]\nimport abc\n", b"d = {'a': 1, 'a': 2}\n", b"# fmt: off\n",
    ],
    "script": [
        b"debugger;\n", b"var a = 1; if (a = 2) {}\n", b"if (!a in b) {}\n", b"let x = x == NaN;\n",
        b"// teh langauge recieves occured words\n", b"switch (a) { case 1: case 1: break; }\n",
        b"const o = {a: 1, a: 2};\n", b"try {} catch (e) {}\n", b"delete x;\n", b"x = y\n",
        b"// thea: ignore[oxlint]\ndebugger;\n", b"for (;;) {}\n", b"const u: any = <T>(a) => a;\n",
        b"async () => { await 1 }\n", b"// @flow\n", b"{{ value }}\n", b"/* @generated */\n",
    ],
}  # fmt: skip
COOKIES = ["latin-1", "cp1252", "utf-8-sig", "utf-16", "shift_jis", "utf-7", "rot13", "no-such",
           "iso-2022-jp", "koi8-r", "punycode", "idna", "unicode_escape"]  # fmt: skip


class Mutator:
    """Draws a suffix and bytes; the generator decides about everything."""

    def __init__(self, rng: random.Random, seeds) -> None:
        self.rng = rng
        self.seeds = seeds
        self.gentle = [
            self.add_fixable, self.add_fixable, self.change_newlines, self.cut_last_newline,
            self.repeat_block, self.indent_all, self.add_cookie, self.add_mark, self.misspell,
            self.trailing_space, self.long_line, self.wide_comment,
        ]  # fmt: skip
        self.rough = [
            self.drop_token, self.swap_tokens, self.splice_token, self.splice_token,
            self.drop_line, self.swap_lines, self.cut_short, self.indent_line, self.join_seed,
            self.flip_byte, self.nest, self.repeat_token,
        ]  # fmt: skip

    def draw(self, broken: float) -> tuple[str, bytes]:
        """A mutated file; `broken` is how often it may be made to not parse."""
        suffix, data = self.seeds.draw(self.rng)
        self.kind = "python" if suffix.startswith(".py") else "script"
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            data = self.rng.choice(self.gentle)(data)
        if self.rng.random() < broken:
            for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
                data = self.rng.choice(self.rough)(data)
        return suffix, data

    # --- what mostly leaves a file whole -----------------------------------------------------

    def add_fixable(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        at = self.rng.choice([n for n, line in enumerate(lines) if line[:1].strip()] or [0])
        return b"".join([*lines[:at], self.rng.choice(FIXABLE[self.kind]), *lines[at:]])

    def change_newlines(self, data: bytes) -> bytes:
        choices = self.rng.choice(([b"\r\n"], [b"\r"], [b"\n", b"\r\n"], [b"\n", b"\r", b"\r\n"]))
        return re.sub(rb"\r\n|\r|\n", lambda _: self.rng.choice(choices), data)

    def cut_last_newline(self, data: bytes) -> bytes:
        return data.rstrip(b"\r\n")

    def repeat_block(self, data: bytes) -> bytes:
        return data * self.rng.choice((2, 3)) if len(data) < 3_000 else data

    def indent_all(self, data: bytes) -> bytes:
        space = self.rng.choice((b"    ", b"\t", b" "))
        head = b"if 1:\n" if self.kind == "python" else b"{\n"
        tail = b"" if self.kind == "python" else b"\n}\n"
        return head + re.sub(rb"(?m)^(?=.)", space, data) + tail

    def add_cookie(self, data: bytes) -> bytes:
        if self.kind != "python":
            return data
        name = self.rng.choice(COOKIES)
        text = f"# -*- coding: {name} -*-\n# äöü é\n{data.decode('utf-8', 'replace')}"
        try:
            return text.encode(name, "replace" if self.rng.random() < 0.8 else "strict")
        except (LookupError, UnicodeError, ValueError):
            return text.encode("utf-8", "replace")

    def add_mark(self, data: bytes) -> bytes:
        marks = (codecs.BOM_UTF8, codecs.BOM_UTF8, b"#!/usr/bin/env x\n", codecs.BOM_UTF16_LE)
        return self.rng.choice(marks) + data

    def misspell(self, data: bytes) -> bytes:
        remarks = re.search(rb"(?:#|//|\"\"\").*", data)
        first, last = remarks.span() if remarks else (0, len(data))
        words = list(re.compile(rb"[a-z]{5,}").finditer(data, first, last))
        if not words:
            return data
        word = self.rng.choice(words)
        at = word.start() + self.rng.randrange(len(word[0]) - 1)
        return data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]

    def trailing_space(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        at = self.rng.randrange(len(lines))
        lines[at] = lines[at].rstrip(b"\r\n") + b" \t \f" + lines[at][len(lines[at].rstrip()) :]
        return b"".join(lines)

    def long_line(self, data: bytes) -> bytes:
        name = b"x = " if self.kind == "python" else b"var x = "
        return data + name + b" + ".join([b"1"] * self.rng.choice((50, 300))) + b"\n"

    def wide_comment(self, data: bytes) -> bytes:
        mark = "# " if self.kind == "python" else "// "
        text = f"{mark}{self.rng.choice('é😀𝒳ß　')} teh occured langauge {'é' * 30}\n"
        return text.encode() + data

    # --- what mostly breaks it ---------------------------------------------------------------

    def drop_token(self, data: bytes) -> bytes:
        start, end = self._token(data)
        return data[:start] + data[end:]

    def swap_tokens(self, data: bytes) -> bytes:
        (a, b), (c, d) = sorted((self._token(data), self._token(data)))
        return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:] if b <= c else data

    def splice_token(self, data: bytes) -> bytes:
        start, _ = self._token(data)
        return data[:start] + self.rng.choice(SPLICED) + data[start:]

    def repeat_token(self, data: bytes) -> bytes:
        start, end = self._token(data)
        return data[:start] + data[start:end] * self.rng.choice((2, 3, 40)) + data[end:]

    def drop_line(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        del lines[self.rng.randrange(len(lines))]
        return b"".join(lines)

    def swap_lines(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        one, other = self.rng.randrange(len(lines)), self.rng.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return b"".join(lines)

    def cut_short(self, data: bytes) -> bytes:
        return data[: self.rng.randrange(len(data) + 1)]

    def indent_line(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        at = self.rng.randrange(len(lines))
        lines[at] = self.rng.choice((b" ", b"\t", b"    ", b"\f", b"\xc2\xa0")) + lines[at]
        return b"".join(lines)

    def join_seed(self, data: bytes) -> bytes:
        return data + self.seeds.draw(self.rng)[1][:1_500]

    def flip_byte(self, data: bytes) -> bytes:
        at = self.rng.randrange(len(data) + 1)
        return data[:at] + bytes([self.rng.randrange(256)]) + data[at + 1 :]

    def nest(self, data: bytes) -> bytes:
        start, end = self._token(data)
        left, right = self.rng.choice(((b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"(", b"")))
        deep = self.rng.choice((3, 30, 120))
        return data[:start] + left * deep + data[start:end] + right * deep + data[end:]

    def _token(self, data: bytes) -> tuple[int, int]:
        spans = [found.span() for found in TOKEN.finditer(data)]
        return self.rng.choice(spans) if spans else (0, 0)
