"""What all tests share."""

from __future__ import annotations

import asyncio
import importlib.util

import pytest

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
