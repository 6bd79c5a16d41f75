"""`thea learn --calibrate`: what the ledger knows of corrections, as a file to commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from thea_cli.calibration_tables import NOTHING
from thea_cli.console import Console
from thea_cli.output import Output
from thea_cli.project import Project
from thea_cli.tables import Table
from thea_code_system.confidence.calibration import REPOSITORY_FILE
from thea_code_system.errors import UsageError
from thea_code_system.values.reliability import CalibratedCode


@dataclass(frozen=True, slots=True)
class CalibrationRequest:
    """What `thea learn --calibrate` was asked; ``project`` is a path in a project."""

    project: str

    def run(self) -> int:
        """Weigh the evidence, write the file, and print what is in it."""
        project = Project(self.project)
        path = Path(project.root, REPOSITORY_FILE)
        return project.run(partial(self._calibrate, path=path, present=self._present(path)))

    @staticmethod
    def _present(path: Path) -> str:
        """The file as it is.

        Raises:
            UsageError: it is a link, which may lead anywhere, or cannot be read.
        """
        if path.is_symlink():
            raise UsageError(f"{path} is a link, and is not written", "Put a file in its place.")
        try:
            return path.read_text("utf-8") if path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read {path}: {error}") from error

    async def _calibrate(self, project: Project, *, path: Path, present: str) -> int:
        await project.ledger.observe_commit()
        text, codes = await project.ledger.recalibrated(present)
        if not codes:
            Console.print(NOTHING)
            return 0
        with Output(str(path)) as out:
            out.write(text)
        self._print(codes)
        Console.print(
            f"Written to {path}: commit it. Without --trust it can only lower confidences."
        )
        return 0

    @staticmethod
    def _print(codes: tuple[CalibratedCode, ...]) -> None:
        names = ("judged", "kept", "predicted", "now")
        table = Table("code", *names, right=names)
        for each in codes:
            now = "" if each.value is None else f"{each.value:.2f}"
            now = f"at most {now}" if each.ceiling and now else now or "as it was"
            table.row(each.code, each.n, each.hits, f"{each.predicted:.2f}", now)
        table.print()
