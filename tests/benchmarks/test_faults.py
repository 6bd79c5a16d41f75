"""A slice of `benchmarks/faults.py`: kill points and broken clusters, as often as tests are run."""

from __future__ import annotations

import os
import sys
import traceback

import pytest

pytestmark = [
    pytest.mark.torch,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc and kills forks"),
]


EVERY = 19


def test_killed_at_any_operation_nothing_is_lost_torn_or_left_behind(tmp_path):
    from kill_points import KillPoints

    child = os.fork()
    if child == 0:  # nothing that it imports or patches may reach other tests
        os.setsid()
        code = 1
        try:
            points = KillPoints(tmp_path, EVERY)
            points.prepare()
            results = points.run()
            problems = [problem for result in results for problem in result.problems]
            tried = [result.points for result in results]
            (tmp_path / "said").write_text("\n".join([f"{tried} tried", *problems]))
            code = int(bool(problems) or not all(tried))
        except BaseException:  # noqa: BLE001 - only this is left to tell it
            (tmp_path / "said").write_text(traceback.format_exc())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0, (tmp_path / "said").read_text()


@pytest.mark.ray
@pytest.mark.parametrize(
    "name", ["WorkerKilled", "DriverKilled", "GcsAndWorkerKilled", "NodeLostWithoutRoom"]
)
def test_a_broken_cluster_ends_a_run_in_bounded_time_and_no_process_lives_on(tmp_path, name):
    import fault_scenarios

    told = getattr(fault_scenarios, name)(tmp_path / "s").play()
    assert told.problems == []
