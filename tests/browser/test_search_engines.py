"""The search in the second and the third engine, from the first key to the section, under a strict policy."""

from __future__ import annotations

import pytest
from engines import Firefox, Missing, WebKit, serve

from lonepages import POLICY

ASK = """async (words) => {
  const field = document.querySelector("dialog input[name=q]");
  field.closest("dialog").showModal();
  field.focus();
  field.value = words;
  for (let tries = 0; tries < 200; tries++) {
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const first = document.querySelector(".sectionsearch-list a");
    if (first) return [first.href, first.querySelector(".sectionsearch-passage").textContent];
  }
  throw new Error(`no result: ${document.querySelector(".sectionsearch")?.outerHTML}`);
}"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", [Firefox, WebKit])
def test_the_search_answers(engine, site):
    server = serve(site, policy=POLICY)
    try:
        browser = engine()
        browser.open(f"{server.address}/book/summary.html")
        href, passage = browser.run(ASK, "IndexError: Target 31 is out of bounds.")
        browser.press("ArrowDown")
        focused = browser.run("() => document.activeElement.href")
        slips = list(browser.slips)
        browser.close()
    except Missing as problem:
        pytest.fail(str(problem), pytrace=False)
    finally:
        server.shutdown()
    assert href == f"{server.address}/book/clinic-messages.html#target-5-is-out-of-bounds" == focused
    assert "out of bounds" in passage and slips == []
