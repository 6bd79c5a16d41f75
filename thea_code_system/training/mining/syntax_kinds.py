"""The kind of a syntax error, told by what its repair edited, else by the parser's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from thea_code_system.training.token_edits import Changes

_MARKER: Final = re.compile(r"^(<{7}|>{7}|={7})( |\r?$)", re.MULTILINE)


class SyntaxKinds:
    """Names kinds; an organ of one miner."""

    EDITED: Final[Mapping[str, frozenset[str]]] = {
        "bracket": frozenset("()[]{}"),
        "comma": frozenset(","),
        "colon": frozenset(":"),
        "string": frozenset("\"'`"),
    }
    SAID: Final[Mapping[str, str]] = {
        "bracket": r"never closed|unmatched|does not match|unexpected EOF",
        "comma": r"forgot a comma",
        "colon": r"expected ':'",
        "string": r"unterminated|EOL while|f-string",
        "indentation": r"indent|tabs and spaces",
    }

    def kind(self, broken: str, fault: str, changes: Changes) -> str:
        """One of ``merge-conflict indentation bracket comma colon string misc``."""
        if len({match[1] for match in _MARKER.finditer(broken)}) > 1:
            return "merge-conflict"
        touched = {token for change in changes for side in change for token in side}
        layout = {t for t in touched if t.startswith("<indent ") or t == "<newline>"}
        if layout and touched == layout:
            return "indentation"
        for kind, marks in self.EDITED.items():
            if touched - layout and touched - layout <= marks:
                return kind
        said = (kind for kind, pattern in self.SAID.items() if re.search(pattern, fault))
        return next(said, "misc")
