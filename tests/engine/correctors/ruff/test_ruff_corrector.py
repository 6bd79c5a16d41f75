"""The family `ruff`: what it proposes, and how safe it says that is."""

from __future__ import annotations

import pytest

from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.tools.toolbox import Toolbox
from thea_code_system.values.context import ProjectContext, Settings
from thea_code_system.values.correction import Safety
from thea_code_system.values.source import SourceFile


@pytest.fixture
def toolbox():
    box = Toolbox()
    yield box
    box.close()


@pytest.fixture
def propose(toolbox):
    async def ask(text, path="pkg/m.py", select=("ruff",), configs=None, **facts):
        settings = Settings(select=select, **facts.pop("settings", {}))
        context = ProjectContext("/nowhere", settings, configs or {}, **facts)
        [corrector] = CorrectorRegistry(context, toolbox).active()
        [proposals] = await corrector.propose([SourceFile(path, text)], context)
        ask.facts = list(corrector.facts(SourceFile(path, text), context))
        return proposals

    return ask


def codes(proposals):
    return [proposal.rules for proposal in proposals]


async def test_each_fix_is_one_proposal_with_ruffs_own_label(propose):
    text = "import os\nx = f'a'\n\n\ndef f():\n    y = 1\n"
    found = await propose(text)
    assert [(p.rule, p.safety, p.score) for p in found] == [
        ("ruff/F401", Safety.SAFE, 0.97),
        ("ruff/F541", Safety.SAFE, 0.97),
        ("ruff/F841", Safety.UNSAFE, 0.85),
    ]


async def test_findings_with_the_same_edit_are_one_proposal(propose):
    [proposal] = await propose("from typing import (\n    Any,\n    List,\n)\n")
    assert proposal.rules == ("ruff/F401",)
    assert "Any" in proposal.message
    assert "List" in proposal.message
    [proposal] = await propose("import os\nimport os\n")
    assert proposal.rules == ("ruff/F401", "ruff/F811")


async def test_findings_without_a_fix_are_not_proposed(propose):
    assert await propose("print(no_such_name)\n") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pkg/m.py", "import os\n"),
        ("pkg/m.py", "from typing import Any\n"),
        ("pkg/m.py", "import os as operating\n"),
        ("pkg/m.py", "def f():\n    import json\n"),
        ("pkg/m.py", "def f():\n    from json import dumps\n"),
        ("pkg/_m.py", "from json import dumps\n"),
        ("tests/test_m.py", "from json import dumps\n"),
        ("tests/test_m.py", "from pkg import a, b\nprint(a)\n"),
    ],
)
async def test_removing_an_import_that_nobody_misses_is_safe(propose, path, text):
    [proposal] = await propose(text, path)
    assert proposal.safety is Safety.SAFE, proposal.evidence


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pkg/compat.py", "import os\n"),
        ("pkg/_py3compat.py", "import os\n"),
        ("tests/conftest.py", "import os\n"),
        ("docs/conf.py", "import os\n\n# os.getcwd()\n"),
        ("pkg/m.pyi", "import os\n"),
        ("pkg/m.py", "from json import dumps\n"),
        ("pkg/m.py", "from pkg import a, b\nprint(a)\n"),
        ("pkg/m.py", "import numpy\n"),
        ("pkg/m.py", "from . import signals\n"),
        ("tests/test_m.py", "from mpl_toolkits.mplot3d import Axes3D\n"),
        ("pkg/m.py", "import readline\n"),
        ("pkg/m.py", "import xml.dom.minidom\n"),
        ("pkg/m.py", "if 1:\n    import os\n"),
        ("pkg/m.py", "try:\n    import os\nexcept RuntimeError:\n    pass\n"),
        ("pkg/m.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\n"),
        ("pkg/m.py", "class A:\n    import os\n"),
        ("pkg/m.py", "from typing import List\nx = []  # type: List[int]\n"),
        ("pkg/m.py", "import os\nprint(eval('os.getcwd()'))\n"),
        ("pkg/m.py", 'import os\n\ndef f():\n    """\n    >>> os.sep\n    """\n'),
        ("tests/test_m.py", "from .fixtures import client, b\n\ndef test(client):\n    b()\n"),
    ],
)
async def test_removing_an_import_that_somebody_may_miss_is_unsafe(propose, path, text):
    found = [one for one in await propose(text, path) if "ruff/F401" in one.rules]
    assert all(one.safety is not Safety.SAFE for one in found)


async def test_a_name_that_another_file_imports_from_here_is_kept(propose):
    text = "import os\n"
    [kept] = await propose(text, imported={"pkg.m": frozenset({"os"})})
    assert kept.safety is Safety.DISPLAY_ONLY
    assert ("imported", "pkg.m") in propose.facts
    [kept] = await propose(text, "src/pkg/m.py", imported={"pkg.m": frozenset({"*"})})
    assert kept.safety is Safety.DISPLAY_ONLY
    [gone] = await propose(text, imported={"pkg.other": frozenset({"os"})})
    assert gone.safety is Safety.SAFE


async def test_not_even_a_compat_module_loses_what_others_import_from_it(propose):
    text = "try:\n    import simplejson as json\nexcept ImportError:\n    import json\n"
    proposals = await propose(text, "src/pkg/compat.py", imported={"pkg.compat": {"json"}})
    assert {one.safety for one in proposals} <= {Safety.DISPLAY_ONLY}


async def test_the_aliases_of_one_statement_are_judged_together(propose):
    [proposal] = await propose(
        "from typing import (\n    Any,\n    List,\n)\nx = []  # type: List[int]\n"
    )
    assert proposal.safety is Safety.UNSAFE


async def test_fixes_of_test_data_are_suggestions(propose):
    [proposal] = await propose("import os\n", "tests/examplefiles/m.py")
    assert proposal.safety is Safety.UNSAFE


async def test_a_backslash_that_means_nothing_is_doubled(propose):
    [proposal] = await propose("x = '\\d'\n")
    assert (proposal.rule, proposal.safety) == ("ruff/W605", Safety.SAFE)


async def test_the_targets_own_selection_counts(propose):
    config = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["E711"]\n'}
    text = "import os\nx = None\nprint(x == None)\n"
    assert codes(await propose(text, configs=config)) == [("ruff/E711",)]
    isolated = await propose(text, configs=config, settings={"isolated": True})
    assert codes(isolated) == [("ruff/F401",)]


@pytest.mark.parametrize(
    ("select", "more", "expected"),
    [
        (("ruff/E711",), {}, {"E711"}),
        (("ruff/E7",), {}, {"E711", "E713"}),
        (("ruff", "ruff/E711"), {}, {"E711", "F401"}),
        (("ruff",), {"extend_select": ("ruff/E711",)}, {"E711", "F401"}),
        (("ruff", "ruff/E7"), {"ignore": ("ruff/E711", "ruff/F")}, {"E713"}),
    ],
)  # fmt: skip
async def test_selectors_are_handed_to_ruff(propose, select, more, expected):
    text = "import os\nx = None\nprint(x == None, not x in [])\n"
    found = await propose(text, select=select, settings=more)
    assert {rule for one in found for rule in one.rules} == {f"ruff/{code}" for code in expected}


async def test_a_broken_configuration_makes_everything_a_suggestion(propose, toolbox):
    [proposal] = await propose("import os\n", configs={"ruff.toml": "nonsense = 1\n"})
    assert proposal.safety is Safety.UNSAFE
    [warning] = toolbox.warnings
    assert "nonsense" in warning


async def test_imports_are_sorted_knowing_the_trees_own_modules(propose):
    text = "import requests\n\nimport shop\n\nprint(requests, shop)\n"
    config = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["I"]\n'}
    assert await propose(text, "app.py", configs=config, first_party=frozenset({"shop"})) == []
    assert codes(await propose(text, "app.py", configs=config)) == [("ruff/I001",)]


async def test_modules_of_the_tree_that_are_not_in_the_batch_are_its_own(propose):
    imports = "import requests\n\nimport shop as s\nfrom shop.desk import Desk\n"
    text = f"{imports}\nprint(s, Desk, requests)\n"
    config = {"pyproject.toml": '[tool.ruff.lint]\nselect = ["I"]\n'}
    own = frozenset({"shop"})
    assert await propose(text, "shop/till.py", configs=config, first_party=own) == []


async def test_sorting_is_a_suggestion_where_the_layout_is_the_targets_own(propose):
    config = {"pyproject.toml": '[tool.ruff]\nsrc = ["lib"]\n[tool.ruff.lint]\nselect = ["I"]\n'}
    [proposal] = await propose("import sys\nimport os\n\nprint(os, sys)\n", configs=config)
    assert proposal.safety is Safety.UNSAFE


@pytest.mark.parametrize(
    ("configs", "expected"),
    [
        ({"ruff.toml": "line-length = 90"}, {"F401"}),
        ({"ruff.toml": "lint.extend-select = ['UP']"}, {"F401", "UP032"}),
        ({"pyproject.toml": "[tool.ruff.lint]\nextend-select = ['RUF']"}, {"F401", "RUF022"}),
        ({"ruff.toml": "lint.select = ['C4', 'UP']"}, {"UP032"}),
        ({"ruff.toml": "select = ['F', 'RUF02']"}, {"F401", "RUF022"}),
        (
            {"ruff.toml": "lint.select = ['UP']", "pkg/ruff.toml": "extend = '../ruff.toml'"},
            {"UP032"},
        ),
        ({"ruff.toml": "lint.select = ['UP']", "pkg/ruff.toml": "line-length = 90"}, {"F401"}),
    ],
)
async def test_ruffs_own_default_selection_is_not_taken_for_the_targets(propose, configs, expected):
    text = "import os\n__all__ = ['b', 'a']\na = 1\nb = '{}'.format(a)\n"
    found = await propose(text, configs=configs)
    assert {rule.removeprefix("ruff/") for rules in codes(found) for rule in rules} == expected


async def test_what_the_user_adds_counts_beside_a_target_without_a_selection(propose):
    text = "import os\na = 1\nb = '{}'.format(a)\n"
    found = await propose(text, configs={"ruff.toml": ""}, select=("ruff", "ruff/UP"))
    assert codes(found) == [("ruff/F401",), ("ruff/UP032",)]


async def test_slots_are_not_sorted_without_asking(propose):
    text = "class A:\n    __slots__ = ('b', 'a')\n"
    [found] = await propose(text, configs={"ruff.toml": "lint.select = ['RUF023']"})
    assert (found.rule, found.safety) == ("ruff/RUF023", Safety.UNSAFE)
