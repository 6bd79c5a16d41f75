"""Write down which cases are never to be learned from.

    python benchmarks/freeze_dev_sets.py CASES.jsonl... > FILE

FILE is thea_code_system/training/data/dev_sets.sha256. Rows need `broken` and `fixed`. No code goes
into it: hashes of whole texts, and of ten lines
of each, by which `thea_code_system.training.dev_sets.DevSets` knows them and their near duplicates.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from thea_code_system.training.dev_sets import DevSets


def main(files: list[Path]) -> int:
    for path in files:
        content = path.read_bytes()
        rows = [json.loads(line) for line in content.splitlines()]
        print(f"# {path.name}: {len(rows)} cases, sha256 {hashlib.sha256(content).hexdigest()}")
        for row in rows:
            print(DevSets.signature(row["broken"], row["fixed"]))
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
