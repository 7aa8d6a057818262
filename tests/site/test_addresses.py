"""Links from outside keep working: every address that was once published still leads to a place on its page."""

from collections import defaultdict

from bs4 import BeautifulSoup

from project import ROOT

#: One address a line, as published; add to it, and take nothing away.
PUBLISHED = (ROOT / "tests" / "fixtures" / "addresses.txt").read_text(encoding="utf-8").split()


def test_every_address_once_published_still_leads_somewhere(site):
    wanted = defaultdict(set)
    for address in PUBLISHED:
        page, _, place = address.partition("#")
        wanted[page].add(place)
    lost = {}
    for page, places in wanted.items():
        html = BeautifulSoup((site / page).read_text(encoding="utf-8"), "html.parser")
        found = {node["id"] for node in html.find_all(id=True)}
        if places - found:
            lost[page] = sorted(places - found)
    assert lost == {}
