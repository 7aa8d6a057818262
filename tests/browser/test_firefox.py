"""Every figure and exercise of the book in Firefox, each page opened once, under a strict policy."""

from __future__ import annotations

import pytest
from engines import Firefox, Missing, serve
from hands import walk_through

from lonepages import POLICY


@pytest.mark.timeout(900)
def test_figures_and_exercises_answer_in_firefox(site, asked):
    server = serve(site, policy=POLICY)
    try:
        assert not (faults := walk_through(Firefox, server.address, site, asked)), "\n".join(faults)
    except Missing as problem:
        pytest.fail(str(problem), pytrace=False)
    finally:
        server.shutdown()
