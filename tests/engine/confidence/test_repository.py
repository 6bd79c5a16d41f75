"""What owners said of corrections becomes the calibration that their repository commits."""

from __future__ import annotations

import pytest

from thea_code_system.confidence.calibration import Calibration, Curve, RepositoryFile
from thea_code_system.confidence.repository import RepositoryCalibration
from thea_code_system.errors import ConfigError
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.reliability import Judgement

pytest.importorskip("torch")


def judged(rule, confidence, verdicts):
    return [
        Judgement(f"{rule}{number}", (rule,), confidence, verdict, "review")
        for number, verdict in enumerate(verdicts.split())
    ]


def written(judgements, present=""):
    weighed = RepositoryCalibration(judgements, present)
    text = weighed.text(weighed.codes())
    return text, RepositoryFile.of(text)


def test_a_confidence_becomes_its_posterior_with_twenty_pseudo_observations():
    text, file = written(judged("ruff/F401", 0.9, "kept refused refused refused kept"))
    assert file.confidence == {"ruff/F401": 0.8}  # (18 + 2) / (20 + 5)
    assert '"ruff/F401" = 0.80  # 2 of 5 kept, 0.90 predicted' in text
    assert file.ceilings == {}


def test_a_ranked_family_is_bounded_where_its_surest_are_kept_less_than_predicted():
    sure = judged("syntax/missing-comma", 0.9, "refused refused refused refused")
    unsure = [
        Judgement("u", ("syntax/missing-comma",), 0.3, "kept", "review"),
        *judged("syntax/missing-colon", 0.9, "kept kept"),
        *judged("learned/negation", 0.4, "refused refused"),
    ]
    _, file = written([*sure, *unsure])
    assert file.ceilings == {"syntax/missing-comma": 0.75}  # 18 / 24
    assert file.confidence == {}


def test_a_ceiling_of_its_own_can_be_risen_above():
    present = '[ceilings]\n"syntax/missing-comma" = 0.6\n'
    _, file = written(judged("syntax/missing-comma", 0.6, "kept kept kept"), present)
    assert file.ceilings == {}
    _, file = written(judged("syntax/missing-comma", 0.5, "kept"), present)
    assert file.ceilings == {"syntax/missing-comma": 0.6}, "too unsure to tell"


def test_the_last_judgement_of_a_correction_counts_and_others_codes_stay():
    twice = [Judgement("x", ("ruff/F401",), 0.9, said, "review") for said in ("refused", "kept")]
    _, file = written(twice, '[confidence]\n"ruff/F541" = 0.5\n"ruff/F401" = 0.1\n')
    assert file.confidence == {"ruff/F541": 0.5, "ruff/F401": 0.9}


def test_a_ceiling_bounds_also_where_the_repository_is_trusted():
    base = Calibration({"syntax": Curve((0.0, 1.0), (0.0, 1.0))}, {"syntax/a": 0.7})
    text = '[ceilings]\n"syntax/a" = 0.9\n"syntax/b" = 0.6\n'
    both = [
        Proposal((rule,), "", (Edit(0, 1, ""),), Safety.SAFE, 0.95)
        for rule in ("syntax/a", "syntax/b")
    ]
    for trust in (False, True):
        read = base.with_repository(text, trust=trust).confidences(both)
        assert [round(float(value), 6) for value in read] == [0.7, 0.6]


def test_a_file_that_cannot_be_understood_is_not_written_over():
    with pytest.raises(ConfigError, match="thea-calibration"):
        RepositoryCalibration([], "[confidence]\nx = 'high'\n")
