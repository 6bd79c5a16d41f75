"""What is selected: families, codes, prefixes; and what a mistaken code says."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.codes import CodeBook
from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.correctors.selection import PathGlob
from thea_code_system.errors import ConfigError, UsageError
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Proposal, Safety

RULES = (("r.yml", "id: my-rule\nlanguage: Python\nrule: {pattern: f()}\nfix: g()\n"),)


@pytest.fixture
def toolbox():
    box = Toolbox()
    yield box
    box.close()


def registry(toolbox, **settings):
    return CorrectorRegistry(ProjectContext("/nowhere", Settings(**settings)), toolbox)


def active(toolbox, **settings):
    return [corrector.name for corrector in registry(toolbox, **settings).active()]


@pytest.mark.parametrize(
    ("settings", "families"),
    [
        ({}, ["syntax", "ruff", "oxlint", "spelling"]),
        ({"patterns": RULES}, ["syntax", "ruff", "oxlint", "spelling", "patterns"]),
        ({"select": ("ruff",)}, ["ruff"]),
        ({"select": ("ruff/F401", "spelling/typo")}, ["ruff", "spelling"]),
        ({"ignore": ("ruff", "spelling")}, ["syntax", "oxlint"]),
        ({"ignore": ("ruff/F401",)}, ["syntax", "ruff", "oxlint", "spelling"]),
        ({"select": ("syntax",), "extend_select": ("ruff/B",)}, ["syntax", "ruff"]),
    ],
)
def test_only_what_is_selected_runs(toolbox, settings, families):
    assert active(toolbox, **settings) == families


@pytest.mark.parametrize(
    ("settings", "rules", "path", "allowed"),
    [
        ({}, ("syntax/missing-colon",), "a.py", True),
        ({"ignore": ("syntax/missing",)}, ("syntax/missing-colon",), "a.py", False),
        (
            {"ignore": ("syntax/missing-colon",)},
            ("syntax/x", "syntax/missing-colon"),
            "a.py",
            False,
        ),
        ({"select": ("syntax/missing-colon",)}, ("syntax/extra-comma",), "a.py", False),
        ({"select": ("oxlint/no-",)}, ("oxlint/no-var",), "a.js", True),
        ({"select": ("ruff/PL",)}, ("ruff/PLR0911",), "a.py", True),
        ({"per_file_ignores": (("tests/**", ("ruff/F",)),)}, ("ruff/F401",), "tests/a.py", False),
        ({"per_file_ignores": (("tests/**", ("ruff/F",)),)}, ("ruff/E711",), "tests/a.py", True),
        ({"per_file_ignores": (("tests/**", ("ruff/F",)),)}, ("ruff/F401",), "src/a.py", True),
        ({"per_file_ignores": (("*.pyi", ("ruff",)),)}, ("ruff/F401",), "src/a.pyi", False),
    ],
)
def test_a_correction_needs_all_of_its_rules(toolbox, settings, rules, path, allowed):
    proposal = Proposal(rules, "", (), Safety.SAFE, 1.0)
    assert registry(toolbox, **settings).permits(proposal, path) is allowed


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.py", "a/b.py", True),
        ("tests", "a/tests/b.py", True),
        ("/tests", "a/tests/b.py", False),
        ("a/**/b.py", "a/x/y/b.py", True),
        ("a/**/b.py", "a/b.py", True),
        ("a/*.py", "a/x/b.py", False),
        ("te?t[0-9].py", "test3.py", True),
        ("te?t[!0-9].py", "test3.py", False),
        ("!tests/**", "tests/a.py", False),
        ("!tests/**", "src/a.py", True),
    ],
)
def test_globs_are_those_of_gitignore(glob, path, matches):
    assert PathGlob(glob).matches(path) is matches


async def resolve(toolbox, *codes, patterns=()):
    settings = Settings(select=codes, patterns=patterns)
    return (await CodeBook(toolbox, patterns).resolve(settings)).select


@pytest.mark.parametrize(
    ("code", "full"),
    [
        ("F401", "ruff/F401"),
        ("PLR09", "ruff/PLR09"),
        ("no-debugger", "oxlint/no-debugger"),
        ("missing-colon", "syntax/missing-colon"),
        ("typo", "spelling/typo"),
        ("my-rule", "patterns/my-rule"),
        ("ruff/ALL", "ruff/ALL"),
        ("ruff", "ruff"),
    ],
)
async def test_a_bare_code_is_that_of_the_family_that_has_it(toolbox, code, full):
    assert await resolve(toolbox, code, patterns=RULES) == (full,)


@pytest.mark.parametrize(
    ("code", "nearest"),
    [
        ("ruf", "ruff"),
        ("ruff/F4011", "ruff/F401"),
        ("oxlint/no-debuger", "oxlint/no-debugger"),
        ("syntax/missing-colons", "syntax/missing-colon"),
        ("missing-colons", "syntax/missing-colon"),
    ],
)
async def test_an_unknown_code_names_the_nearest(toolbox, code, nearest):
    with pytest.raises(UsageError) as caught:
        await resolve(toolbox, code)
    assert code in caught.value.message
    assert nearest in caught.value.hint


async def test_a_code_of_several_families_must_say_which(toolbox):
    with pytest.raises(UsageError, match="several") as caught:
        await resolve(toolbox, "no-", patterns=(("r.yml", "id: no-print\n"),))
    assert "oxlint/no-" in caught.value.hint


async def test_every_place_for_codes_is_checked(toolbox):
    for settings in (
        Settings(ignore=("nonsense!",)),
        Settings(extend_select=("nonsense!",)),
        Settings(per_file_ignores=(("*.py", ("nonsense!",)),)),
    ):
        with pytest.raises(UsageError):
            await CodeBook(toolbox).resolve(settings)


async def test_a_mistaken_code_is_told_with_its_place(toolbox):
    book = CodeBook(toolbox, origins={"ignore": "pyproject.toml:7"})
    with pytest.raises(ConfigError, match=r"pyproject\.toml:7: there is no rule F4O1") as caught:
        await book.resolve(Settings(ignore=("F4O1",)))
    assert "Did you mean" in caught.value.hint
    with pytest.raises(UsageError, match=r"^there is no rule"):
        await book.resolve(Settings(select=("F4O1",)))
