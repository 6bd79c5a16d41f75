"""Count word n-grams in library code for the syntax corrector's hand-made scorer.

    python benchmarks/ngrams.py python OUT FOLDER...
    python benchmarks/ngrams.py javascript OUT FOLDER...

The table in the package was measured on CPython 3.11's standard library, numpy, ray, torch,
mypy, sympy, hypothesis and
pydantic (python), and on the npm program that comes with Node.js 22 (javascript):
nothing of it is reserved or a source of evaluation cases.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from collections import Counter
from pathlib import Path

from thea_code_system.correctors.syntax.ngrams import ORDER, NgramTable
from thea_code_system.correctors.syntax.words import Words
from thea_code_system.languages.registry import Languages

COMMON = 1500
KEPT = 260_000
CHARACTERS = 48_000_000


class Counting:
    def __init__(self, language: str, folders: list[str]) -> None:
        self.language = Languages().named(language)
        every = {
            path
            for folder in folders
            for path in Path(folder).rglob("*")
            if path.suffix in self.language.suffixes
        }
        files = sorted(every, key=lambda path: hashlib.blake2b(str(path).encode()).digest())
        self.texts = list(self.read(files))

    def read(self, files: list[Path]):
        total, seen = 0, set()
        for path in files:
            if total > CHARACTERS or any(part in {"dist", "umd"} for part in path.parts[-6:]):
                continue
            try:
                text = path.read_text("utf-8")
            except (UnicodeDecodeError, OSError):
                continue
            if len(text) < 200_000 and text not in seen and max(map(len, text.split("\n"))) < 400:
                seen.add(text)
                total += len(text)
                yield text

    def names(self) -> list[str]:
        files: Counter[str] = Counter()
        for text in self.texts:
            files.update({x.text for x in self.language.lexemes(text) if x.kind == "name"})
        return [name for name, _ in files.most_common(COMMON)]

    def counts(self, words: Words) -> Counter[tuple[str, ...]]:
        grams: Counter[tuple[str, ...]] = Counter()
        for number, text in enumerate(self.texts):
            line = list(words(self.language.lexemes(text)))
            for n in range(1, ORDER + 1):
                grams.update(zip(*(line[i:] for i in range(n)), strict=False))
            if number % 1000 == 999:
                rare = 1 + len(grams) // 12_000_000
                grams = Counter({gram: count for gram, count in grams.items() if count > rare})
        return grams


def main() -> None:
    language, out, *folders = sys.argv[1:]
    counting = Counting(language, folders)
    names = counting.names()
    print(len(counting.texts), "files", sum(map(len, counting.texts)), "characters", flush=True)
    counts = counting.counts(Words(names, indented=language == "python"))
    kept = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:KEPT])
    single = sorted(gram[0] for gram in kept if len(gram) == 1 and "\n" not in gram[0])
    kept = {gram: count for gram, count in kept.items() if all("\n" not in word for word in gram)}
    print(len(counts), "n-grams", len(kept), "kept, rarest", min(kept.values()), flush=True)
    Path(out).write_bytes(zlib.compress(NgramTable.build(single, kept), 9))


main()
