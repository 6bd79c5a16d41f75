"""Bundles of values that stand in for the defaults; every other source overrides them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PRESETS: Mapping[str, Mapping[str, Any]] = {
    # Somebody is waiting at a terminal: in this process, nothing takes long, everything is shown.
    "development": {
        "workers": 1,
        "syntax_budget": 1_500,
        "syntax_seconds": 5.0,
        "tool_seconds": 30.0,
        "show_fixes": True,
        "show_suggestions": True,
    },
    # An unattended run over a whole tree: only what is nearly certain, and all the time it takes.
    "production": {
        "min_confidence": 0.9,
        "syntax_budget": 6_000,
        "syntax_seconds": 60.0,
        "tool_seconds": 300.0,
    },
    # A small machine: one process, no accelerator, little text in memory at a time.
    "edge": {
        "workers": 1,
        "device": "cpu",
        "context_length": 4_096,
        "max_file_size": 256_000,
        "syntax_budget": 1_500,
    },
}
