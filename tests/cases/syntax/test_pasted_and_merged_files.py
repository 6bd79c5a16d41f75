"""What comes into repositories by copy, paste and merge, in languages that examples lack."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.values.source import SourceFile

RULES = {rule.name: rule for rule in RuleBook().rules}
CASES = [
    (
        "syntax/markdown-fence",
        "a.ts",
        "Here is the typed one:\n\n```ts\nexport const a: number = 1;\n```\n\nHope it helps!\n",
        "export const a: number = 1;\n",
    ),
    (
        "syntax/chat-prose",
        "a.js",
        "Sure! Here's the module:\n\nexport const a = 1;\n\nLet me know if you need more.\n",
        "export const a = 1;\n",
    ),
    (
        "syntax/line-numbers",
        "a.ts",
        " 9  type A = {\n10    b: string;\n11  };\n",
        "type A = {\n  b: string;\n};\n",
    ),
    (
        "syntax/diff-markers",
        "a.js",
        "--- a/a.js\n+++ b/a.js\n@@ -1,2 +1,3 @@\n const a = `\n+  b\n-  c\n `;\n",
        "const a = `\n  b\n`;\n",
    ),
    (
        "syntax/prompts",
        "a.js",
        "~/src $ node a.js\nconst a = 1;\nuser@host:~$ npm test\n",
        "const a = 1;\n",
    ),
    (
        "syntax/smart-quotes",
        "a.tsx",
        "const a = <p title=“b”>it’s</p>;\nconst c = ‘d’;\n",
        "const a = <p title=\"b\">it’s</p>;\nconst c = 'd';\n",
    ),
    (
        "syntax/fullwidth-punctuation",
        "a.ts",
        "const a = f（1， 2）；\n",
        "const a = f(1, 2);\n",
    ),
    (
        "syntax/merge-conflict",
        "a.ts",
        "<<<<<<<\r\nimport a from 'a';\r\n=======\r\nimport b from 'b';\r\n>>>>>>>\r\na(b);\r\n",
        "import a from 'a';\r\nimport b from 'b';\r\na(b);\r\n",
    ),
    (
        "syntax/merge-conflict",
        "a.py",
        "<<<<<<< HEAD\nsum = 0\n||||||| base\nsum = None\n=======\nsum = None\n>>>>>>> topic\n",
        "sum = 0\n",
    ),
    (
        "syntax/missing-brace",
        "a.ts",
        "class A {\r\n  f(): void {\r\n    g();\r\n\r\n  h() {\r\n    i();\r\n  }\r\n}\r\n",
        "class A {\r\n  f(): void {\r\n    g();\r\n  }\r\n\r\n  h() {\r\n    i();\r\n  }\r\n}\r\n",
    ),
    (
        "syntax/print-statement",
        "a.py",
        "# it\nfor a in b: print a; print 'c',\nprint >>d, 'e', f\n",
        "# it\nfor a in b: print(a); print('c', end=' ')\nprint('e', f, file=d)\n",
    ),
    (
        "syntax/misspelled-keyword",
        "a.ts",
        "exprot const a = 1;\n",
        "export const a = 1;\n",
    ),
    (
        "syntax/split-operator",
        "a.js",
        "const a = (b) = > b = = = c;\n",
        "const a = (b) => b === c;\n",
    ),
]


@pytest.mark.parametrize(("code", "path", "before", "after"), CASES)
def test_the_best_proposal_restores_the_file(code: str, path: str, before: str, after: str) -> None:
    newline = "\r\n" if "\r\n" in before else "\n"
    proposals = list(RULES[code].find(SourceFile(path, before, newline=newline)))
    best = max(proposals, key=lambda proposal: proposal.score)
    text = before
    for edit in sorted(best.edits, reverse=True):
        text = f"{text[: edit.start]}{edit.replacement}{text[edit.end :]}"
    assert text == after
