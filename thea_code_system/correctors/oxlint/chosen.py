"""What is looked for where a project does not configure oxlint: bugs that a fix can mend."""

from __future__ import annotations

from typing import Final

# oxlint's own default counts matters of taste as correctness: useless escapes, spreads, renames.
CHOSEN: Final = {
    "eslint/for-direction": "a counter that runs away from its bound never ends",
    "eslint/no-compare-neg-zero": "`x === -0` is true of 0, too",
    "eslint/no-debugger": "left behind, it halts the program of whoever has the tools open",
    "eslint/no-unsafe-negation": "`!a in b` asks for the key `false`",
    "eslint/use-isnan": "nothing is equal to NaN",
    "eslint/valid-typeof": "`typeof` says one of eight words, and nothing else",
    "oxc/missing-throw": "an error that is made and not thrown says nothing",
}
