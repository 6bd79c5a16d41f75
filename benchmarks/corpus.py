"""Bring the corpus of well-known packages to this machine.

    python benchmarks/corpus.py DIR

Source distributions go to DIR/pypi/NAME-VERSION and npm packages to DIR/npm/NAME-VERSION. Every
version is pinned; what is there already is left alone. A source distribution whose metadata cannot
be prepared here comes as its wheel, and is named. Exit status 1 if a package could not be had.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

PYPI = """
anyio==4.4.0 arrow==1.3.0 attrs==23.2.0 beautifulsoup4==4.12.3 boltons==24.0.0 bottle==0.12.25
cachetools==5.3.3 celery==5.4.0 click==8.1.7 django==5.0.6 docutils==0.21.2 fastapi==0.111.0
flask==3.0.3 httpcore==1.0.5 httpx==0.27.0 invoke==2.2.0 isort==5.13.2 itsdangerous==2.2.0
jinja2==3.1.4 jsonschema==4.22.0 markdown==3.6 marshmallow==3.21.3 mistune==3.0.2
more-itertools==10.3.0 networkx==3.3 packaging==24.1 paramiko==3.4.0 peewee==3.17.5
pluggy==1.5.0 prompt-toolkit==3.0.47 pyflakes==3.2.0 pygments==2.18.0 pyparsing==3.1.2
pytest==8.2.2 python-dateutil==2.9.0.post0 pyyaml==6.0.2 redis==5.0.7 requests==2.32.3
rich==13.7.1 sphinx==7.3.7 sqlalchemy==2.0.31 starlette==0.37.2 tabulate==0.9.0 tomlkit==0.12.5
toolz==0.12.1 tqdm==4.66.4 urllib3==2.2.2 werkzeug==3.0.3 wtforms==3.1.2
""".split()  # noqa: SIM905
NPM = """
@react-aria/button@3.9.5 @react-spectrum/combobox@3.12.4 @react-spectrum/table@3.13.0
@reduxjs/toolkit@2.2.5 @tanstack/query-core@5.45.0 @tanstack/react-query@5.45.1
@wordpress/components@28.0.0 axios@1.7.2 chalk@5.3.0 commander@12.1.0 date-fns@2.30.0
express@4.19.2 fp-ts@2.16.6 immer@10.1.1 lodash@4.17.21 preact@10.22.0 @wordpress/editor@14.0.0
d3-array@3.2.4 eslint@9.5.0 jquery@3.7.1 mocha@10.4.0 mongoose@8.4.3 ra-ui-materialui@5.0.3
ramda@0.30.1 react-redux@9.1.2 redux@5.0.1 rxjs@7.8.1 three@0.165.0 underscore@1.13.6
webpack@5.92.1 zod@4.0.5
""".split()  # noqa: SIM905


class Corpus:
    """A folder with the unpacked sources of pinned packages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.missing: list[str] = []

    def fill(self, pypi: Sequence[str] = PYPI, npm: Sequence[str] = NPM) -> None:
        for pin in pypi:
            name, _, version = pin.partition("==")
            self._bring(self.root / "pypi" / f"{name}-{version}", pin, self._from_pypi)
        for pin in npm:
            name, _, version = pin.rpartition("@")
            flat = name.lstrip("@").replace("/", "-")
            self._bring(self.root / "npm" / f"{flat}-{version}", pin, self._from_npm)

    def _bring(self, target: Path, pin: str, download) -> None:
        if target.exists():
            return
        with tempfile.TemporaryDirectory() as scratch:
            archive = download(pin, Path(scratch))
            if archive is None:
                print(f"{pin}: not available", file=sys.stderr)
                self.missing.append(pin)
                return
            self._unpack(archive, target)
            print(f"{pin}: {archive.name}")

    @staticmethod
    def _from_pypi(pin: str, scratch: Path) -> Path | None:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(scratch)]
        for kind in (["--no-binary", ":all:"], ["--only-binary", ":all:"]):
            subprocess.run([*command, *kind, pin], check=False, capture_output=True)
            archives = [*scratch.glob("*.tar.gz"), *scratch.glob("*.zip"), *scratch.glob("*.whl")]
            if archives:
                return archives[0]
        return None

    @staticmethod
    def _from_npm(pin: str, scratch: Path) -> Path | None:
        command = ["npm", "pack", "--silent", pin]
        subprocess.run(command, cwd=scratch, check=False, capture_output=True)
        return next(scratch.glob("*.tgz"), None)

    @staticmethod
    def _unpack(archive: Path, target: Path) -> None:
        """Lay the archive's only top folder at the target, or all of it where there are several."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            if archive.suffix in {".whl", ".zip"}:
                with zipfile.ZipFile(archive) as wheel:
                    wheel.extractall(scratch)
            else:
                with tarfile.open(archive) as tar:
                    tar.extractall(scratch, filter="data")
            tops = list(Path(scratch).iterdir())
            if len(tops) == 1 and tops[0].is_dir():
                shutil.move(tops[0], target)
            else:
                shutil.copytree(scratch, target)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("directory", type=Path)
    corpus = Corpus(arguments.parse_args().directory)
    corpus.fill()
    return 1 if corpus.missing else 0


if __name__ == "__main__":
    sys.exit(main())
