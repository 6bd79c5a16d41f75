"""What repairs of real commits come to, by the size of the human's change and by its kind.

    python benchmarks/dev_results.py CASES.jsonl PREDICTIONS.jsonl [...more PREDICTIONS]

CASES have ``token_edits``; PREDICTIONS are those of `thea evaluate CASES --predictions FILE`. For
each file of predictions a Markdown table: `parse`, `small`, `exact` and `top 5` as the shared
scorer tells them, what the default threshold covers, and of that the shares that are exact and that
the human's commit made, too (`kept`, by the rule of `calibrate.py`). Below it the calibration
error against either, with its noise floor.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

from calibrate import SCORER, Judge, load_scorer, rows_of

from thea_code_system.confidence.reliability import Reliability
from thea_code_system.config.production import ProductionConfig

SMALL, TOP = 3, 5


class DevResults:
    """What became of each case, by the groups that it belongs to."""

    def __init__(self, scorer: Path) -> None:
        self.scorer = load_scorer(scorer)
        self.parsers = self.scorer.Parsers()
        self.judge = Judge(self.scorer)
        self.at = ProductionConfig().min_confidence
        self.groups: dict[str, list[dict]] = defaultdict(list)

    def add(self, case: dict, candidates: list[dict]) -> None:
        python = case["language"] == "python"
        wanted = self.scorer.tokens(case["fixed"], python)
        made = [self.scorer.tokens(one["output"], python) for one in candidates[:TOP]]
        row = dict.fromkeys(("parse", "small", "exact", "top", "sure", "kept", "acted"), False)
        row["top"], row["confidence"] = wanted in made, 0.0
        if candidates:
            best = candidates[0]["output"]
            edits = self.scorer.distance(self.scorer.tokens(case["broken"], python), made[0])
            row["acted"], row["exact"] = True, made[0] == wanted
            row["parse"] = bool(self.parsers(best, case["language"]))
            row["small"] = row["parse"] and 0 < edits <= 4
            row["confidence"] = candidates[0]["confidence"]
            row["sure"] = row["confidence"] >= self.at
            row["kept"] = row["exact"] or bool(self.judge.kept(case, best))
        language = "Python" if python else "JavaScript and TypeScript"
        size = f"at most {SMALL}" if case["token_edits"] <= SMALL else "more"
        groups = (f"{language}, {size}", f"{language}, all", f"kind: {case['kind']}", "all")
        for group in groups:
            self.groups[group].append(row)

    def table(self) -> str:
        head = ("cases", "n", "parse", "small", "exact", "top 5", "at 0.8", "exact", "kept")
        lines = [" | ".join(head), " | ".join(("---", *["--:"] * (len(head) - 1)))]
        for group, rows in sorted(self.groups.items()):
            sure = [row for row in rows if row["sure"]]
            shares = [self.share(rows, name) for name in ("parse", "small", "exact", "top", "sure")]
            shares += [self.share(sure, name) for name in ("exact", "kept")]
            lines.append(" | ".join((group, str(len(rows)), *shares)))
        return "\n".join(f"| {line} |" for line in lines)

    @staticmethod
    def share(rows: list[dict], name: str) -> str:
        return f"{sum(row[name] for row in rows) / len(rows):.1%}" if rows else ""

    def calibration(self, name: str) -> str:
        """The calibration error against one truth, and what chance alone makes of it."""
        acted = [row for row in self.groups["all"] if row["acted"]]
        told = Reliability([row["confidence"] for row in acted], [row[name] for row in acted])
        error, floor = told.error(), told.noise_floor()
        return f"{error:.3f} against {name} (noise floor {floor:.3f}), {len(acted)} repairs"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases")
    parser.add_argument("predictions", nargs="+")
    parser.add_argument("--scorer", type=Path, default=SCORER)
    options = parser.parse_args()
    cases = {case["id"]: case for case in rows_of(options.cases)}
    for path in options.predictions:
        results = DevResults(options.scorer)
        for row in rows_of(path):
            if row["id"] in cases:
                results.add(cases[row["id"]], row.get("candidates") or [])
        print(f"{path}\n{results.table()}")
        print(*(f"ECE {results.calibration(name)}" for name in ("exact", "kept")), sep="\n")


if __name__ == "__main__":
    main()
