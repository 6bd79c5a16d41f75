"""Make a virtual environment with Thea and all that its development needs, in pinned versions.

    python configs/install.py .venv [--torch auto|yes|no]

With `auto`, torch and Ray come along where plain pip offers a torch that suits this machine: one
for the CPU, or a CUDA one where there is a GPU. Elsewhere everything but those two is installed;
lint, types and the tests that need no torch run there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / "configs" / "constraints.txt"
HEAVY = ("ray", "torch", "torchmetrics")


class Installation:
    """One virtual environment, made from nothing but Python and pip."""

    def __init__(self, folder: Path) -> None:
        scripts = "Scripts" if os.name == "nt" else "bin"
        self.folder = folder
        self.python = folder / scripts / "python"

    def make(self, torch: str) -> None:
        """Create the environment where it is missing, and bring it up to date."""
        if not self.python.exists():
            venv.create(self.folder, with_pip=True)
        self.pip("install", "--quiet", "--upgrade", "pip")
        if torch == "yes" or (torch == "auto" and self.suits_torch()):
            self.pip("install", "--quiet", "--editable", str(ROOT), "--group", "dev")
            return
        print("Without torch and Ray, as they have no CPU build here: --torch yes overrules this.")
        self.pip("install", "--quiet", *self.light())
        self.pip("install", "--quiet", "--no-deps", "--editable", str(ROOT))

    def suits_torch(self) -> bool:
        """Say whether torch is there, or plain pip would bring one made for this machine."""
        probe = [self.python, "-c", "import torch"]
        if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
            return True
        try:
            found = self.pip("install", "--quiet", "--dry-run", "--report", "-", "torch", "ray")
        except subprocess.CalledProcessError:
            return False
        names = [item["metadata"]["name"] for item in json.loads(found)["install"]]
        needs_gpu = any(name.startswith(("nvidia-", "cuda-")) for name in names)
        return not needs_gpu or shutil.which("nvidia-smi") is not None

    def light(self) -> list[str]:
        """List the requirements of pyproject.toml without the heavy ones (no TOML in 3.10)."""
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.DOTALL | re.MULTILINE)
        wanted = re.findall(r'^ +"(.+)",', "".join(lists), re.MULTILINE)
        return [item for item in wanted if re.split(r"[<>=~!\[ ]", item)[0] not in HEAVY]

    def pip(self, *arguments: str) -> str:
        """Run the environment's pip under the constraints, and return what it printed."""
        command = [str(self.python), "-m", "pip", *arguments, "--constraint", str(CONSTRAINTS)]
        return subprocess.run(
            command, check=True, cwd=ROOT, text=True, stdout=subprocess.PIPE
        ).stdout


def main() -> None:
    """Read the command line and install."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--torch", choices=("auto", "yes", "no"), default="auto")
    options = parser.parse_args()
    Installation(options.folder.absolute()).make(options.torch)


if __name__ == "__main__":
    sys.exit(main())
