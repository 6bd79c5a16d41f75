"""configs/thea.toml names every setting of a project, with its default."""

from __future__ import annotations

import re
from pathlib import Path

from thea_code_system.config.production import ProductionConfig
from thea_code_system.config.resolver import ConfigRequest, ConfigResolver

EXAMPLE = Path(__file__).resolve().parents[2] / "configs" / "thea.toml"
FROM_THE_COMMAND_LINE = {"address", "cache_dir", "isolated", "preset", "trust"}


def resolved(folder):
    request = ConfigRequest(target=str(folder), cwd=str(folder), flags={"trust": True}, environ={})
    return ConfigResolver(request).resolve()


def test_the_example_says_the_defaults_of_all_settings(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8")
    settings = re.sub(r"^# (?=[a-z-]+ = )", "", text, flags=re.MULTILINE)
    (tmp_path / "thea.toml").write_text(settings, encoding="utf-8")
    example, default = resolved(tmp_path), ProductionConfig()

    for name in set(ProductionConfig.names()) - FROM_THE_COMMAND_LINE:
        assert example.origin(name).kind == "project", f"{name} is missing"
        assert getattr(example, name) == getattr(default, name), name


def test_the_example_as_it_stands_changes_nothing(tmp_path):
    (tmp_path / "thea.toml").write_bytes(EXAMPLE.read_bytes())
    example, default = resolved(tmp_path), ProductionConfig()
    for name in set(ProductionConfig.names()) - FROM_THE_COMMAND_LINE:
        assert getattr(example, name) == getattr(default, name), name
