"""What a commit says it is about, and which files hold no code worth learning from."""

from __future__ import annotations

import re
from typing import Final

from thea_code_system.training.mining.history import Commit

_REPAIR: Final = re.compile(
    r"\b(?:fix(?:e[sd]|ing|up)?|hot-?fix|bug(?:s|gy|fix(?:es)?)?|wrong(?:ly)?|incorrect(?:ly)?|typos?"
    r"|mistakes?|mistaken(?:ly)?|should(?:n'?t| not)? (?:be|have|use)|errors?|issue[ -]?#?\d+|oops"
    r"|broken|crash(?:e[sd])?|regressions?|correct(?:ly|s|ed|ing)?|inverted|swapped|traceback"
    r"|(?:close[sd]?|resolve[sd]?):? #\d+|\w+error)\b",
    re.IGNORECASE,
)
_TRAILER: Final = re.compile(
    r"^\s*(?:(?:close|resolve|fixe)[sd]?:?\s+\S*#\d+|(?:closes|fixes)-bug:|bug:? #?\d+)",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER: Final = re.compile(
    r"^\s*(?:(?:merge|revert)\b|(?:fixup|squash|amend)!)"
    r"|\b(?:pep-?8|pep-?257|flake8|pyflakes|pylint|lint(?:er|ing)?|codacy|sonar\w*|style"
    r"|format(?:ting)?|renam(?:e[sd]?|ing)|refactor\w*|clean-?(?:ed|ing)?[ -]?ups?|cosmetics?|docs?"
    r"|docstrings?|documentation|comments?|deprecat\w+|python ?-?3(?:\.\d+)?|py3k?|2to3|warnings?"
    r"|mypy|typing|type[ -](?:hint|check)\w*|annotations?|isort|black|whitespace|spelling"
    r"|translations?|i18n|version|bump|moderni[sz]e|simplif\w+|unused)\b",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(
    r"(?:^|/)(?:tests?|testing|testsuite|examples?|docs?|docsrc|migrations?|locale|fixtures?|samples?"
    r"|benchmarks?|asv_bench|vendor(?:ed)?|third_party|extern(?:al|als)?|site-packages|node_modules"
    r"|_vendor|packages)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest|setup|conf|version|_version"
    r"|(?:default_?)?settings?(?:_[^/]*)?|(?:default_?)?config(?:uration)?|constants?|consts?|versioneer"
    r"|__about__|__init__|ez_setup|bootstrap)\.py$",
    re.IGNORECASE,
)

_DELIBERATE: Final = re.compile(
    r"(^|/)(test_?data|fixtures?|templates?|snippets|samples?_data|cookiecutter[^/]*|invalid|vendor"
    r"|third_party|node_modules|dist|lib2to3|pycodestyle|bad_code|site-packages)(/|$)|\{\{|\.min\.js$",
    re.IGNORECASE,
)


class Intent:
    """Reads messages and paths; an organ of one miner."""

    def repairs(self, commit: Commit) -> bool:
        """Whether the message says that something was wrong, rather than untidy or out of date."""
        if _OTHER.search(commit.subject):
            return False
        return bool(_REPAIR.search(commit.subject) or _TRAILER.search(commit.message))

    def tidies(self, commit: Commit) -> bool:
        """Whether the message speaks of style, names, ports or versions."""
        return bool(_OTHER.search(commit.subject))

    def is_aside(self, path: str) -> bool:
        """Whether a path is that of tests, documentation, settings or foreign code."""
        return bool(_ASIDE.search(path))

    def is_deliberate(self, path: str) -> bool:
        """Whether what lies at a path may be broken on purpose, or is no one's to repair."""
        return bool(_DELIBERATE.search(path))
