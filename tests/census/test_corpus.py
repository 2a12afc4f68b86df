"""A corpus of invented censuses, one fault or several in each: what is found, proposed, and said of sound cells."""

import pytest

from tests.census.corpus.grid import LAYOUTS
from tests.census.corpus.kinds import KINDS
from tests.census.corpus.score import Score, corpus

SEED = 2025


@pytest.fixture(scope="module")
def score(tmp_path_factory):
    return corpus(Score(), seed=SEED, files=tmp_path_factory.mktemp("corpus"), every=100, turns=8)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_fault_is_found_and_nothing_else_is_said(score, kind):
    count = score.kinds[kind]
    assert count.put_in, "no layout has this kind of fault"
    assert not count.wrong, "\n".join(count.wrong)


def test_a_clean_census_is_read_in_every_layout(score):
    assert score.clean_files == 4 * len(LAYOUTS)
    assert score.clean_files_alarmed == 0


def test_the_goals_over_all_kinds(score):
    whole = score.all
    assert whole.found == whole.put_in > 900
    assert score.alarms <= 0.01 * score.clean_cells
    assert whole.right >= 0.9 * whole.repairable > 0
    assert whole.unsafe == 0
