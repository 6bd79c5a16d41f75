"""A slice of `benchmarks/faults.py`: kill points and broken clusters, as often as tests are run."""

from __future__ import annotations

import os
import sys

import pytest

pytestmark = [
    pytest.mark.torch,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc and kills forks"),
]


@pytest.mark.parametrize("every", [61])
def test_killed_at_any_operation_nothing_is_lost_torn_or_left_behind(tmp_path, every):
    from kill_points import KillPoints

    child = os.fork()
    if child == 0:  # nothing that it imports or patches may reach other tests
        os.setsid()
        code = 1
        try:
            points = KillPoints(tmp_path, every)
            points.prepare()
            results = points.run()
            problems = [problem for result in results for problem in result.problems]
            tried = [result.points for result in results]
            (tmp_path / "said").write_text("\n".join([f"{tried} tried", *problems]))
            code = int(bool(problems) or not all(tried))
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    said = tmp_path / "said"
    assert status == 0, said.read_text() if said.exists() else "the kill points could not be tried"


@pytest.mark.ray
@pytest.mark.parametrize("name", ["WorkerKilled", "DriverKilled", "GcsAndWorkerKilled"])
def test_a_broken_cluster_ends_a_run_in_bounded_time_and_no_process_lives_on(tmp_path, name):
    import fault_scenarios

    told = getattr(fault_scenarios, name)(tmp_path / "s").play()
    assert told.problems == []
