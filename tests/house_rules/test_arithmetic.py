"""Quantities are computed on torch: the places that handle them hold no arithmetic of Python's."""

from __future__ import annotations

import ast
import re

import pytest

OPERATORS = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.Pow,
    ast.MatMult,
)
FUNCTIONS = {"sum", "min", "max", "round", "abs", "divmod", "pow"}
LIBRARIES = {"math", "statistics", "operator", "numpy", "decimal"}
READERS = {"item", "tolist", "numpy"}
STATEMENT = re.compile(r"\b(?:SELECT|HAVING|RETURNING)\b", re.IGNORECASE)
AGGREGATE = re.compile(
    r"\b(?:SUM|AVG|MIN|MAX|TOTAL|GROUP_CONCAT|COUNT(?!\(\*\)))\s*\(", re.IGNORECASE
)


@pytest.fixture(scope="module")
def quantities(engine):
    """The modules that handle quantities; of the wrappers, those that make the actors on Ray.

    A stopwatch reads a clock without loading torch: its one subtraction is not theirs.
    """
    return [
        module
        for module in engine
        if module.under("actors", "confidence", "statistics.py", "ledger")
        or (
            module.under("wrappers")
            and not module.under("wrappers/torch_*.py", "wrappers/cluster.py")
            and not module.under("wrappers/platform.py", "wrappers/clock.py")
        )
    ]


def test_no_arithmetic_operators_where_quantities_live(quantities):
    found = [
        module.at(node, type(node.op).__name__)
        for module in quantities
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, OPERATORS)
    ]
    assert not found, "use torch, an f-string or joinpath:\n" + "\n".join(found)


def test_no_arithmetic_functions_where_quantities_live(quantities):
    found = [
        module.at(node, f"{node.func.id}()")
        for module in quantities
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
    ]
    assert not found, "\n".join(found)


def test_no_arithmetic_libraries_where_quantities_live(quantities):
    found = [
        module.at(node, f"imports {name}")
        for module in quantities
        for node, name in module.imports()
        if name.partition(".")[0] in LIBRARIES
    ]
    assert not found, "\n".join(found)


def test_sql_counts_rows_and_aggregates_nothing_else(quantities):
    found = [
        module.at(node, node.value.strip().splitlines()[0])
        for module in quantities
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and STATEMENT.search(node.value)
        and AGGREGATE.search(node.value)
    ]
    assert not found, "\n".join(found)


def test_tensors_become_numbers_only_at_the_edge_of_torch(engine, face):
    found = [
        module.at(node, f".{node.func.attr}()")
        for module in [*engine, *face]
        if not module.under("wrappers/torch_*.py", "models", "training")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
    ]
    assert not found, "\n".join(found)
