"""Every example of the guide runs as it stands."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "wrappers.md"
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.mark.ray
async def test_the_examples_of_the_guide_run_in_order(cluster):
    names = {"__name__": "guide", "items": [f"item {number}" for number in range(100)]}
    for number, example in enumerate(EXAMPLES):
        code = compile(
            example, f"{GUIDE.name}, example {number}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
        result = eval(code, names)
        if inspect.isawaitable(result):
            await result
    assert names["results"] == names["items"]
