"""A written page is read into its places, each with its own title, text and code."""

from __future__ import annotations

from sectionsearch.index import make_index, slug
from sectionsearch.pages import Document, Page

HTML = """
<nav><section id="menu"><h2>Menu</h2>elsewhere</section></nav>
<main><section id="losses"><span id="label"></span>
<h1><span class="section-number">1. </span>Losses<a class="headerlink" href="#losses">#</a></h1>
<p id="index-0">The <code><span class="pre">mean</span></code> of&nbsp;all.</p>
<div class="goals admonition"><p class="admonition-title">Goals</p><p>Read.</p></div>
<div class="highlight"><pre><span></span><span class="n">F</span><span class="o">.</span>loss(
  1)</pre></div>
<section id="a-picture"><h2>A <em>picture</em></h2>
<figure id="fig-one"><img alt="A curve" src="a.png"><svg aria-label="It falls." role="img"><text>0.1</text></svg>
<figcaption><p><span class="caption-number">Fig. 1 </span>Look at the curve. Then go on.</p></figcaption></figure>
After it.
<div class="exercise admonition" id="ex-one"><p class="admonition-title">Exercise 1 (One)</p>
<section id="exercise-content"><p>What is it?</p>
<label><span>It rises.</span></label><label><span>It falls.</span></label>
<button>Check</button></section></div>
<p>Price: <span class="math">\\(\\frac{1}{N}\\sum_i \\ell_i\\)</span>
and <math><mi>x</mi><annotation>\\x</annotation></math></p>
</section>
<dl class="glossary"><dt id="term-nat">nat</dt><dt id="term-nit">nit</dt><dd><p>A unit.</p></dd></dl>
<dl class="field-list"><dt>Parameters</dt><dd><p>None.</p></dd></dl>
<table id="tab-one"><caption>Two numbers.</caption><tr><td>1</td><td>2</td></tr></table>
</section></main>
"""


def read() -> dict[str, Document]:
    return {document.anchor: document for document in Page(HTML).documents}


def test_sections_figures_exercises_terms_and_tables_are_places():
    assert {anchor: (place.kind, place.title) for anchor, place in read().items()} == {
        "losses": ("section", "Losses"),
        "a-picture": ("section", "A picture"),
        "fig-one": ("figure", "Fig. 1 Look at the curve."),
        "ex-one": ("exercise", "Exercise 1 (One)"),
        "term-nat": ("term", "nat"),
        "term-nit": ("term", "nit"),
        "tab-one": ("table", "Two numbers."),
    }


def test_each_place_has_its_own_text_and_code():
    places = read()
    assert places["losses"].text.split("\n") == ["The mean of all.", "Goals", "Read.", "Parameters", "None."]
    assert places["losses"].code == "F.loss(\n  1)"
    assert places["a-picture"].text.split("\n") == ["After it.", "Price: 1 N sum_i ell_i", "and x"]
    assert places["fig-one"].text.split("\n") == ["A curve", "It falls.", "Fig. 1 Look at the curve. Then go on."]
    assert places["ex-one"].text.split("\n") == ["What is it?", "It rises.", "It falls."]
    assert (places["term-nat"].text, places["term-nit"].text) == ("", "A unit.")
    assert places["tab-one"].text.split() == ["1", "2"]


def test_a_place_knows_what_it_is_in_and_an_anchor_its_place():
    page, places = Page(HTML), read()
    assert [places[name].parent.title for name in ("a-picture", "term-nat")] == ["Losses", "Losses"]
    assert places["fig-one"].parent.title == "A picture" and places["losses"].parent is None
    anchors = {anchor: document.anchor for anchor, document in page.anchors.items()}
    assert anchors["label"] == anchors["index-0"] == "losses"
    assert anchors["fig-one"] == "fig-one" and "menu" not in anchors


def test_a_page_with_tags_left_open_is_read():
    page = Page("<section id=a><h1>One</h1><p>first<p>second</div></section><section id=b><h1>Two</h1>third</section>")
    assert [(own.title, own.text) for own in page.documents] == [("One", "first\nsecond"), ("Two", "third")]


def test_the_index_counts_words_where_they_are():
    page = Page("<section id=first-one><h1>First one</h1><p>loss loss the</p><pre>loss = 1</pre></section>")
    page.documents[0].entries += ["mean loss", "mean loss"]
    index = make_index([("a.html", page.documents), ("b.html", page.documents)], str.lower, ["the"])
    assert index["documents"] == [[0, "", -1, "section", "First one", ["mean loss"]],
                                  [1, "", -1, "section", "First one", ["mean loss"]]]  # fmt: skip
    # In names, text and code of the first and, one further, the second; twice each in the text.
    counts = dict(zip(index["words"].split(), index["counts"].split(), strict=True))
    assert counts == {"first": "AB", "loss": "AB,A.B.,AB", "mean": "AB", "one": "AB"}
    assert index["stopped"] == ["the"] and len(index["lengths"]) == 2


def test_anchors_of_most_sections_follow_from_their_titles():
    assert slug("Which shapes of logits and target fit?") == "which-shapes-of-logits-and-target-fit"
