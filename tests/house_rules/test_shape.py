"""The engine consists of actors, values and organs."""

from __future__ import annotations

import ast

FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
VOCABULARY = {"scalar", "add", "sub", "mul", "div", "pow", "sqrt", "exp", "log"} | {
    "create_actor",
    "async_actor",
    "remote_method",
}
OWNERS = {
    "ray": ("thea_code_system/wrappers",),
    "typer": ("thea_cli",),
    "rich": ("thea_cli",),
    "thea_code_system.training": (
        "thea_code_system/training",
        "thea_code_system/actors/core/training_actor.py",
    ),
}


def decorators(function):
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def outside_classes(body):
    """Walk the statements that run at import, into `if` and `try` but not into classes."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers"):
            if not isinstance(node, (*FUNCTION, ast.ClassDef)):
                yield from outside_classes(getattr(node, field, []))


def test_the_engine_has_no_functions_of_its_own_but_the_promised_vocabulary(engine):
    found = [
        module.at(node, f"function {node.name}")
        for module in engine
        for node in outside_classes(module.tree.body)
        if isinstance(node, FUNCTION) and not (module.under("wrappers") and node.name in VOCABULARY)
    ]
    assert not found, "make them methods of an Actor, a Value or an Organ:\n" + "\n".join(found)


def test_no_class_of_the_engine_is_a_bag_of_static_methods(engine):
    found = [
        module.at(node, f"class {node.name}")
        for module in engine
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and node.name != "TorchMath"
        if (methods := [item for item in node.body if isinstance(item, FUNCTION)])
        and all("staticmethod" in decorators(method) for method in methods)
    ]
    assert not found, "functions in disguise:\n" + "\n".join(found)


def test_every_remote_method_is_async(engine):
    found = [
        module.at(node, f"remote method {node.name}")
        for module in engine
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and "remote_method" in decorators(node)
    ]
    assert not found, "\n".join(found)


def test_the_engine_never_prints(engine):
    found = [
        module.at(node, "print")
        for module in engine
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert not found, "only thea_cli speaks to the user:\n" + "\n".join(found)


def test_heavy_libraries_are_imported_by_their_owners_only(engine, face):
    found = [
        module.at(node, f"imports {name}")
        for module in [*engine, *face]
        for node, name in module.imports()
        for library, owners in OWNERS.items()
        if f"{name}.".startswith(f"{library}.") and not module.path.as_posix().startswith(owners)
    ]
    assert not found, "\n".join(found)
