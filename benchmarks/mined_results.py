"""What repairs of mined cases come to, repository by repository.

    python benchmarks/mined_results.py CASES.jsonl PREDICTIONS.jsonl [--write]

CASES are `mine.py`'s, PREDICTIONS those of `thea evaluate CASES --predictions FILE`. For each
repository: its cases, how many first repairs parse and how many have the human's tokens (`exact`);
of those with the default confidence or more (`sure`), how many are exact, how many the human's
commit made, too (`kept`, by the rule of `calibrate.py`), and of how many it tells nothing
(`untold`). `--write` writes mined_results.csv beside this file; its last rows are sums: of commits
that changed no more than so many tokens of the file, which hardly did anything besides, and of all.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from calibrate import SCORER, Judge, load_scorer, rows_of

from thea_code_system.config.production import ProductionConfig
from thea_code_system.languages.registry import Languages

TABLE = Path(__file__).with_name("mined_results.csv")
COLUMNS = ("cases", "parse", "exact", "sure", "sure_exact", "sure_kept", "sure_untold")
SMALL = (5, 20)  # token edits of the human's


class Results:
    """Counts by repository, and by the size of what the human changed."""

    def __init__(self, scorer: Path) -> None:
        self.scorer = load_scorer(scorer)
        self.judge = Judge(self.scorer)
        self.languages = Languages()
        self.threshold = ProductionConfig().min_confidence
        self.counts: dict[str, Counter[str]] = {}
        self.sums = {f"at most {limit} token edits": Counter() for limit in SMALL}
        self.sums["all"] = Counter()

    def add(self, case: dict, offers: list[dict]) -> None:
        found = Counter(self._judged(case, offers))
        self.counts.setdefault(case["repository"], Counter()).update(found)
        for limit, total in zip((*SMALL, float("inf")), self.sums.values(), strict=True):
            if case["token_edits"] <= limit:
                total.update(found)

    def _judged(self, case: dict, offers: list[dict]) -> Iterator[str]:
        """The columns in which a case counts."""
        yield "cases"
        if not offers:
            return
        best, python = offers[0], case["language"] == "python"
        made, wanted = (
            self.scorer.tokens(text, python) for text in (best["output"], case["fixed"])
        )
        exact = made == wanted
        found = {"parse": self.languages.named(case["language"]).parses(best["output"])}
        found["exact"] = exact
        if best["confidence"] >= self.threshold:
            kept = exact or self.judge.kept(case, best["output"])
            found |= {"sure": True, "sure_exact": exact}
            found |= {"sure_kept": bool(kept), "sure_untold": kept is None}
        yield from (column for column, counts in found.items() if counts)

    def rows(self) -> list[list[str | int]]:
        every = [*sorted(self.counts.items()), *self.sums.items()]
        return [[name, *(counts[column] for column in COLUMNS)] for name, counts in every]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases")
    parser.add_argument("predictions")
    parser.add_argument("--scorer", type=Path, default=SCORER)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    results = Results(options.scorer)
    made = {row["id"]: row for row in rows_of(options.predictions)}
    for case in rows_of(options.cases):
        results.add(case, (made.get(case["id"]) or {}).get("candidates") or [])
    rows = results.rows()
    csv.writer(sys.stdout).writerows([("repository", *COLUMNS), *rows])
    if options.write:
        with TABLE.open("w", encoding="utf-8", newline="") as table:
            csv.writer(table, lineterminator="\n").writerows([("repository", *COLUMNS), *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
