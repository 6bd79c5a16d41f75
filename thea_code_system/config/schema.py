"""The types of all settings, for pydantic-settings; imported only when files must be read."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from thea_code_system.config.amounts import SIZE, TIME

Names = tuple[str, ...]
Count = Annotated[int, Field(gt=0)]
Amount = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(ge=0, le=1)]


class SettingsSchema(BaseSettings):
    """The type of each key; names with ``_`` here are spelled with ``-`` in files and flags.

    Defaults are those of :class:`ProductionConfig`.
    """

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    select: Names
    ignore: Names
    extend_select: Names
    per_file_ignores: dict[str, Names]
    min_confidence: Probability
    unsafe_fixes: bool
    exclude: Names
    extend_exclude: Names
    force_exclude: bool
    respect_gitignore: bool
    max_file_size: Count
    words: Names
    patterns: Names
    context_length: Count
    syntax_budget: Count
    syntax_seconds: Seconds
    tool_seconds: Seconds
    verify: Literal["parse", "lint", "types", "tests"]
    test_command: str
    verify_budget: Seconds
    model: str | None
    learned_budget: Amount
    max_files: Amount
    max_changed_lines: Amount
    time_budget: Annotated[float, Field(ge=0)]
    keep_days: Amount
    keep_size: Amount
    workers: Count | None
    max_workers: Count | None
    device: str
    address: str | None
    preset: Literal["development", "production", "edge"] | None
    auto_start: bool
    isolated: bool
    trust: bool
    cache: bool
    cache_dir: str | None
    output_format: Literal[
        "full", "concise", "json", "json-lines", "diff", "sarif", "github", "gitlab"
    ]
    show_fixes: bool
    show_suggestions: bool

    @field_validator(
        "select", "ignore", "extend_select", "exclude", "extend_exclude", "words", "patterns",
        mode="before",
    )  # fmt: skip
    @classmethod
    def split(cls, value: object) -> object:
        """A list, also written as one text with commas between its parts."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("max_file_size", "keep_size", mode="before")
    @classmethod
    def size(cls, value: object) -> object:
        """A number of bytes, also written ``500 KB`` or ``1 MiB``."""
        if not isinstance(value, str):
            return value
        return int(SIZE.parse(value))

    @field_validator("verify_budget", "time_budget", mode="before")
    @classmethod
    def duration(cls, value: object) -> object:
        """A number of seconds, also written ``90s``, ``10m`` or ``1h``."""
        if not isinstance(value, str):
            return value
        return TIME.parse(value)

    @field_validator("workers", "max_workers", "model", mode="before")
    @classmethod
    def automatic(cls, value: object) -> object:
        """None for ``auto``."""
        return None if value == "auto" else value

    @field_validator("device")
    @classmethod
    def device_name(cls, value: str) -> str:
        """A torch device by name."""
        if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", value):
            raise ValueError("a device is auto, cpu, mps, cuda or cuda:N")
        return value

    @field_validator("address")
    @classmethod
    def cluster_address(cls, value: str | None) -> str | None:
        """The address of a Ray cluster."""
        if value is not None and not re.fullmatch(r"auto|local|(ray://)?[^\s:/]+:\d+", value):
            raise ValueError("an address is auto, local or HOST:PORT")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what the resolver hands over: it has asked all sources, and knows the origins."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
