"""Every figure and exercise of the book in WebKit, each page opened once."""

from __future__ import annotations

import pytest
from engines import Missing, WebKit, serve
from hands import walk_through


@pytest.mark.timeout(900)
def test_figures_and_exercises_answer_in_webkit(site, asked):
    server = serve(site, watched=True)
    try:
        assert not (faults := walk_through(WebKit, server.address, site, asked)), "\n".join(faults)
    except Missing as problem:
        pytest.fail(str(problem), pytrace=False)
    finally:
        server.shutdown()
