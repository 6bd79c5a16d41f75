"""Options that several commands have in common."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

TableOrJson: TypeAlias = Annotated[str, typer.Option(metavar="table|json", help="How to print it.")]


def choice(flag: str, given: str, allowed: tuple[str, ...]) -> str:
    """The given value, if it is allowed."""
    if given not in allowed:
        raise typer.BadParameter(f"{flag} cannot be {given}; it is one of {', '.join(allowed)}")
    return given
