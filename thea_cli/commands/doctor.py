"""`thea doctor`: does everything work here, and if not, what to do."""

from __future__ import annotations

import asyncio
import json
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from thea_cli.console import Console, Style
from thea_cli.options import TableOrJson, choice
from thea_cli.request import CorrectRequest
from thea_code_system import __version__
from thea_code_system.errors import TheaError

EXAMPLES = (
    "thea doctor                    check everything; takes some seconds",
    "thea doctor --quick            without starting a cluster",
    "thea doctor --format json",
)
_CPU_TORCH = "uv pip install torch --torch-backend cpu"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. ``state`` is ``ok``, ``warning``, ``failed`` or ``absent``."""

    subject: str
    state: str
    words: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Doctor:
    """Checks devices, tools, correctors and the cluster."""

    quick: bool
    format: str

    def run(self) -> int:
        """Print the findings as they come; exit code 1 if something does not work."""
        findings: list[Finding] = []
        for finding in self._examine():
            findings.append(finding)
            if self.format == "table":
                self._print(finding)
        if self.format == "json":
            Console.print(json.dumps([asdict(finding) for finding in findings], indent=2))
        return int(any(finding.state == "failed" for finding in findings))

    def _examine(self) -> Iterator[Finding]:
        yield Finding("thea", "ok", f"{__version__}, Python {platform.python_version()}")
        git = shutil.which("git")
        yield (
            Finding("git", "ok", git)
            if git
            else Finding("git", "absent", "not found", "--staged and --since need git.")
        )
        yield from self._tools()
        yield from self._correctors()
        yield from self._devices()
        yield self._model()
        yield self._ray()

    @staticmethod
    def _tools() -> Iterator[Finding]:
        from thea_code_system.tools.runner import TOOLS
        from thea_code_system.tools.toolbox import Toolbox

        for name in TOOLS:
            try:
                runner = Toolbox().runner(name)
                yield Finding(f"tool {name}", "ok", f"{runner.version()} at {runner.path}")
            except TheaError as error:
                yield Finding(f"tool {name}", "failed", error.message, error.hint)

    @staticmethod
    def _correctors() -> Iterator[Finding]:
        from thea_code_system.correctors.registry import CorrectorRegistry
        from thea_code_system.tools.toolbox import Toolbox
        from thea_code_system.values.context import ProjectContext

        registry = CorrectorRegistry(ProjectContext(""), Toolbox())
        for corrector in registry.active():
            about = ", ".join(sorted(corrector.languages))
            yield Finding(f"corrector {corrector.name}", "ok", about)
        for name, why in registry.unavailable.items():
            yield Finding(f"corrector {name}", "failed", why, "Runs go on without it.")

    @staticmethod
    def _model() -> Finding:
        """The edit model that runs here would use, loaded."""
        from thea_code_system.models.shelf import ModelShelf
        from thea_code_system.wrappers.clock import Stopwatch

        watch = Stopwatch()
        config = CorrectRequest(cwd=str(Path.cwd())).resolve()
        shelf = ModelShelf(config.model, config.device)
        try:
            hardware = shelf.model().hardware
        except TheaError as error:
            state = "failed" if shelf.folder.is_dir() else "absent"
            return Finding("edit model", state, error.message, error.hint)
        words = (
            f"{shelf.version[:12]} in {shelf.folder}, loaded in {watch.seconds():.1f} s, reads in "
            f"{'bfloat16' if hardware.half else 'float32'} on {hardware.device}"
        )
        return Finding("edit model", "ok", words)

    @classmethod
    def _devices(cls) -> Iterator[Finding]:
        try:
            import torch
        except ImportError as error:
            yield Finding("torch", "failed", f"cannot be imported: {error}", _CPU_TORCH)
            return
        yield Finding("torch", "ok", torch.__version__)
        yield cls._device(torch, "cpu")
        if torch.cuda.is_available():
            for index in range(torch.cuda.device_count()):
                yield cls._device(torch, f"cuda:{index}")
        elif torch.version.cuda:
            yield Finding(
                "device cuda",
                "warning",
                f"this torch is built for CUDA {torch.version.cuda}, and there is no GPU",
                f"It costs gigabytes of disk for nothing: {_CPU_TORCH}",
            )
        else:
            yield Finding("device cuda", "absent", "no GPU, and a torch without CUDA")
        if torch.backends.mps.is_available():
            yield cls._device(torch, "mps")

    @staticmethod
    def _device(torch: Any, name: str) -> Finding:
        """Whether a device can add; a driver that does not fit fails here and not in a run."""
        try:
            total = float(torch.ones(3, device=name).sum())
        except RuntimeError as error:
            return Finding(f"device {name}", "failed", str(error), "--device cpu avoids it.")
        words = torch.cuda.get_device_name(name) if name.startswith("cuda") else "computes"
        return Finding(f"device {name}", "ok" if total == 3 else "failed", words)

    def _ray(self) -> Finding:
        if sys.platform == "win32":
            return Finding("cluster", "absent", "Ray is not used on Windows; runs are inline")
        try:
            version = metadata.version("ray")
        except metadata.PackageNotFoundError:
            return Finding("cluster", "failed", "Ray is not installed", "pip install ray")
        if self.quick:
            return Finding("cluster", "ok", f"Ray {version} is installed; not started")
        try:
            answer = asyncio.run(self._ask_an_actor())
        except TheaError as error:
            return Finding("cluster", "failed", error.message, error.hint)
        return Finding("cluster", "ok", f"Ray {version}: {answer}")

    @staticmethod
    async def _ask_an_actor() -> str:
        """Start or join a cluster as a run would, and ask one actor whether it is well."""
        from thea_code_system.wrappers import Actor, create_actor
        from thea_code_system.wrappers.cluster import Cluster

        await Cluster.ensure(1)
        try:
            handle = create_actor(Actor, name="doctor")
            health = await handle.health_check()
            await handle.shutdown()
        finally:
            if Cluster.current is not None:
                await Cluster.current.leave()
        return f"an actor in process {health.pid} answers"

    @staticmethod
    def _print(finding: Finding) -> None:
        style = Style(sys.stdout)
        colours = {"ok": "green", "warning": "yellow", "failed": "red", "absent": "dim"}
        state = style(f"{finding.state:8}", colours[finding.state], "bold")
        Console.print(f"{state} {finding.subject}: {finding.words}")
        if finding.advice:
            Console.print(f"         {style('->', 'cyan')} {finding.advice}")
        sys.stdout.flush()


def command(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Do not start a cluster.")] = False,
    format: TableOrJson = "table",  # noqa: A002 - the name of the flag
) -> Doctor:
    """Check devices, tools, correctors and the cluster, and say what to do if one fails.

    Exit code 1 if something does not work; what is merely absent is no failure.
    """
    return Doctor(quick, choice("--format", format, ("table", "json")))
