"""The figures as Markdown."""

from __future__ import annotations

from pathlib import Path

from document import Document

HEAD = (
    "| package | files | applied | of these on files that parsed | files changed "
    "| harmed | imports lost | second run | left by undo | unsafe: applied | unsafe: harmed "
    "| unsafe: imports lost | suite: passed | newly failing |"
)


class Tables:
    """All results of a run of the script."""

    def __init__(self, packages: list[dict], placements: list[dict]) -> None:
        self.packages = packages
        self.placements = placements

    @staticmethod
    def line(package: dict) -> str:
        """One row of the table."""
        plain, unsafe, suite = (package.get(part) for part in ("plain", "unsafe", "suite"))
        files = (plain["statistics"] or {}).get("files", {})
        cells = [
            f"{package['name']} {package['version']}",
            sum(files.values()),
            len(plain["applied"]),
            sum(one["parsed"] for one in plain["applied"]),
            len(plain["changed"]),
            len(plain["harmed"]),
            _lost(plain),
            len(plain["second"]),
            len(plain["undone"]),
            *((unsafe["applied"], len(unsafe["harmed"]), _lost(unsafe)) if unsafe else [""] * 3),
            *((suite["passed"], len(suite["newly_failing"])) if suite else [""] * 2),
        ]
        crash = plain["crash"] or (unsafe or {}).get("crash", "")
        return f"| {' | '.join(map(str, cells))} |{f' CRASH {crash}' if crash else ''}"

    def markdown(self) -> str:
        """Both tables."""
        rule = "|---" + "|---:" * (HEAD.count("|") - 2) + "|"
        text = "\n".join([HEAD, rule, *map(self.line, self.packages)])
        if self.placements:
            rows = [
                f"| {row['place']} | {row['files']} | {row['applied']} | {len(row['unequal'])} |"
                for row in self.placements
            ]
            head = ["", "| place | files | applied | unequal to inline |", "|---|---:|---:|---:|"]
            text = "\n".join([text, *head, *rows])
        return text

    def broken(self) -> list[str]:
        """What must never happen, and did."""
        return [
            f"{package['name']}: {part}"
            for package in self.packages
            for part, bad in self._bad(package)
            if bad
        ] + [f"{row['place']}: unequal" for row in self.placements if row["unequal"]]

    @staticmethod
    def _bad(package: dict) -> list[tuple[str, object]]:
        plain, unsafe = package["plain"], package.get("unsafe") or {}
        return [
            ("crash", plain["crash"] or unsafe.get("crash")),
            ("harmed", plain["harmed"] or unsafe.get("harmed")),
            ("imports lost", _lost(plain) or _lost(unsafe)),
            ("second run", plain["second"]),
            ("undo", plain["undone"]),
            ("suite", (package.get("suite") or {}).get("newly_failing")),
        ]

    def write(self, path: Path) -> None:
        """Put the tables into their section of a page."""
        Document(path).write("real-input", ["## Real input", "", self.markdown()])


def _lost(part: dict) -> int | str:
    imports = part.get("imports")
    return len(imports["lost"]) if imports else ""
