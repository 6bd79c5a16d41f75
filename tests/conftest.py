"""What all tests share."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import random
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("nightly", max_examples=12_000)  # for `make fuzz`

HEAVY = [name for name in ("torch", "ray") if importlib.util.find_spec(name) is None]


class WithoutTorch:
    """Skips what needs torch or Ray where they are not to be had; plugged in only there.

    A test that runs into the missing import is skipped by itself. One that sees only the
    consequences, as of a program that it started, says so with `@pytest.mark.torch`.
    """

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        for item in items:
            for name in HEAVY:
                if item.get_closest_marker(name):
                    item.add_marker(pytest.mark.skip(reason=f"needs {name}"))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        report = yield
        missing = report.failed and self.missing(str(report.longrepr))
        if missing:
            report.outcome, report.longrepr = "skipped", (str(collector.path), 0, missing)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        missing = report.failed and self.missing(repr(call.excinfo.value))
        if missing:
            report.outcome, report.longrepr = "skipped", (str(item.path), 0, missing)
        return report

    def missing(self, text):
        needs = (name for name in HEAVY if f"No module named '{name}" in text)
        return next((f"needs {name}" for name in needs), "")


def pytest_configure(config):
    if HEAVY:
        config.pluginmanager.register(WithoutTorch())


@pytest.fixture(scope="session")
def cluster():
    """A local cluster with room for two actors, shared by all tests of a session."""
    from thea_code_system.wrappers import Cluster

    started = asyncio.run(Cluster().start(workers=2))
    yield started
    asyncio.run(started.leave())


class HandMadeModel:
    """A tiny edit model without attention: what it thinks of a word does not depend on others.

    `edits` maps words to what should stand there: a word of the closed vocabulary, or any other
    one as a name in the same window; `gaps` maps words to what is missing before them.
    """

    CERTAIN = 11.5  # as a logit; that of leaving a token alone is 9
    WORDS = """
        area width height depth total first second third ready is_open name value items
        in is not and or if return def self print True False < > <= >= == != + - * /
        === !== && || ! 0 1 2 3 10 , ( ) : . =
    """

    def __init__(self, edits, gaps=None, certain=CERTAIN):
        import torch

        from thea_code_system.models.network import EditNetwork, Shape
        from thea_code_system.models.tags import EDITS, INSERTS
        from thea_code_system.models.vocabulary import Vocabulary

        words = self.WORDS.split()
        self.vocabulary = Vocabulary.learned(words * 9, 700)
        shape = Shape(self.vocabulary.size, width=32, layers=0, heads=1, hidden=8, pointer=16)
        self.network = EditNetwork(shape)
        pieces = {word: self.vocabulary.pieces(word)[0] for word in [*words, "<line>"]}
        axes = {}
        with torch.no_grad():
            for parameter in self.network.parameters():
                parameter.zero_()
            self.network.place.fill_(1.0)
            self.network.norm.weight.fill_(1.0)
            self.network.edit.bias[0] = self.network.insert.bias[0] = 9.0

            def axis(word):
                if word not in axes:
                    axes[word] = len(axes)
                    self.network.pieces.weight[pieces[word], axes[word]] = 1.0
                return axes[word]

            strength = shape.width**0.5  # of a word's axis after the norm
            for number, (word, new) in enumerate(edits.items()):
                closed = f"write {new}" in EDITS
                label = "delete" if new == "" else f"write {new}" if closed else "write a name"
                self.network.edit.weight[EDITS.index(label), axis(word)] = certain / strength
                if new and not closed:
                    self.network.wanted.weight[number, axis(word)] = 6.0 / strength
                    self.network.offered.weight[number, axis(new)] = 6.0 / strength
            for word, new in (gaps or {}).items():
                self.network.insert.weight[INSERTS.index(new), axis(word)] = certain / strength
        self.network.eval()

    def save(self, folder):
        from thea_code_system.models.checkpoint import Checkpoint
        from thea_code_system.models.ranking import RepairRanker

        Checkpoint(Path(folder)).save(self.network, self.vocabulary)
        weights = dict.fromkeys((*RepairRanker.REPAIR, *RepairRanker.NONE), 0.0)
        Path(folder, "ranking.json").write_text(json.dumps(weights), "utf-8")
        Path(folder, "alarms.json").write_text("{}", "utf-8")  # what the model says is what counts
        return str(folder)


@pytest.fixture
def hand_made():
    """Makes edit models of known opinions."""
    for name in ("torch", "safetensors", "tokenizers"):
        pytest.importorskip(name)
    return HandMadeModel


@pytest.fixture(scope="session")
def untaught_model(tmp_path_factory):
    """The folder of a network with one layer that has learned nothing."""
    torch = pytest.importorskip("torch")
    from thea_code_system.models.checkpoint import Checkpoint
    from thea_code_system.models.network import EditNetwork, Shape
    from thea_code_system.models.vocabulary import Vocabulary

    torch.manual_seed(0)
    vocabulary = Vocabulary.learned(HandMadeModel.WORDS.split() * 9, 700)
    shape = Shape(vocabulary.size, 32, layers=1, heads=2, hidden=48, pointer=8, contexts=32768)
    folder = tmp_path_factory.mktemp("model")
    Checkpoint(folder).save(EditNetwork(shape), vocabulary)
    return folder


@pytest.fixture(scope="module")
def one_thread():
    """A small network is slower on several."""
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


_NAMES = [
    "total",
    "first",
    "second",
    "items",
    "width",
    "height",
    "index",
    "value",
    "result",
    "left",
    "right",
    "limit",
]
_LINES = (
    "{a} = {b}.get({c}, {n})",
    "if {a} > {b} and not {c}:",
    "    {a} += {b}[{n}]",
    "for {a} in sorted({b}, key=len):",
    "    {a}.append(({b}, {c}))",
    "{a} = self.{b} if {c} else compute({a}, {b})",
    "log.debug('%s of %s', {a}, {b})",
    "assert {a} is not None, {b}",
)


class ManyFunctions:
    """A module of functions that differ from each other."""

    def __init__(self, count, seed=0):
        self._rng = random.Random(seed)
        self.functions = [self._function() for _ in range(count)]

    @property
    def text(self):
        return "\n\n\n".join(["import log\nfrom m import compute", *self.functions]) + "\n"

    def _name(self):
        return f"{self._rng.choice(_NAMES)}{self._rng.randrange(12)}"

    def _line(self):
        template = self._rng.choice([line for line in _LINES if line[-1] != ":"])
        return self._filled(template.strip())

    def _filled(self, template):
        a, b, c = (self._name() for _ in range(3))
        return template.format(a=a, b=b, c=c, n=self._rng.randrange(12))

    def _function(self):
        name, parameter = f"{self._name()}_{self._rng.randrange(10**6)}", self._name()
        body = []
        for _ in range(self._rng.randrange(1, 5)):
            head = self._rng.choice([line for line in _LINES if line[-1] == ":"])
            body += [self._filled(head), f"    {self._line()}", self._line()]
        lines = [f"    {line}" for line in [*body, f"return {self._name()}"]]
        return "\n".join([f"def {name}(self, {parameter}):", *lines])

    # --- edits ----------------------------------------------------------------------------------

    EDITS = ("insert", "delete", "replace", "add", "remove", "reorder", "rename", "head", "comment")

    def edit(self, what, at):  # noqa: C901
        """Change the text: ``at`` chooses the place."""
        place = at % len(self.functions)
        lines = self.functions[place].split("\n")
        match what:
            case "insert":
                lines.insert(len(lines) - 1, f"    {self._line()}")
            case "delete":
                del lines[-2]
            case "replace":
                lines[-1] = f"    return {self._name()} + {self._name()}"
            case "comment":
                lines.insert(1, "    # " + "very " * (at % 40) + "good")
            case "head":
                lines[0] = lines[0].replace("(self, ", "(self, first, ")
            case "add":
                self.functions.insert(place, self._function())
            case "remove":
                self.functions = [one for one in self.functions if one != self.functions[place]]
            case "reorder":
                self.functions.append(self.functions.pop(place))
            case "rename":
                old, new = self._name(), self._name()
                self.functions = [one.replace(old, new) for one in self.functions]
        if what in {"insert", "delete", "replace", "comment", "head"}:
            self.functions[place] = "\n".join(lines)
        self.functions = self.functions or [self._function()]
        return self.text


@pytest.fixture(scope="session")
def many_functions():
    """Makes modules of many functions, and edits them."""
    return ManyFunctions
