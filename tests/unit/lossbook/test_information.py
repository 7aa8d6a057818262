"""The chapter on information: measures, text, character model and first losses, against independent answers."""

import itertools
import math
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest
import scipy.special
import scipy.stats
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from traitlets import TraitError

from lossbook.data.text import ALPHABET, encode, plain, python_reference
from lossbook.information import characters, letters, plots, start
from lossbook.information.measures import (
    bits,
    cheapest,
    cross_entropy_of,
    divergence,
    entropy,
    huffman_length,
    perplexity,
    smoothed,
)
from lossbook.information.spread import Spread
from lossbook.information.two_codes import TwoCodes, shares

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


laws = st.lists(st.integers(0, 40), min_size=2, max_size=9).filter(lambda counts: sum(counts) > 0)


def law(counts):
    return torch.tensor(counts, dtype=torch.float64) / sum(counts)


@given(laws)
def test_entropy_is_scipys(counts):
    assert entropy(law(counts)).item() == pytest.approx(scipy.stats.entropy(counts), abs=1e-12)


@given(st.data())
def test_divergence_is_scipys_in_both_directions(data):
    a = data.draw(laws)
    b = data.draw(st.lists(st.integers(0, 40), min_size=len(a), max_size=len(a)).filter(lambda counts: sum(counts) > 0))
    q, p = law(a), law(b)
    wanted = scipy.stats.entropy(a, b)
    assert divergence(q, p).item() == pytest.approx(wanted, abs=1e-12)
    assert cross_entropy_of(q, p).item() == pytest.approx(scipy.stats.entropy(a) + wanted, abs=1e-12)
    assert divergence(q, p).item() >= -1e-15
    assert (divergence(q, p).item() < 1e-12) == torch.equal(q, p)


def test_measures_work_along_the_last_axis_and_give_torchs_numbers():
    torch.manual_seed(0)
    z, q = torch.randn(50, 7, dtype=torch.float64), torch.randn(50, 7, dtype=torch.float64).softmax(1)
    p = z.softmax(1)
    assert torch.allclose(cross_entropy_of(q, p), F.cross_entropy(z, q, reduction="none"))
    assert torch.allclose(divergence(q, p), F.kl_div(p.log(), q, reduction="none").sum(1))


def test_support():
    q, never = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([0.5, 0.5, 0.0])
    assert divergence(q, never).item() == cross_entropy_of(q, never).item() == math.inf
    assert math.isfinite(divergence(never, q).item())
    one = entropy(torch.tensor([0.0, 1.0]))
    assert one.item() == 0 and not math.copysign(1, one.item()) < 0


def test_the_lessons_two_laws():
    q, p = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.5, 0.3, 0.2])
    assert divergence(q, p).item() == pytest.approx(0.0851, abs=5e-5)
    assert divergence(p, q).item() == pytest.approx(0.0920, abs=5e-5)
    assert F.kl_div(p.log(), q, reduction="batchmean").item() * 3 == pytest.approx(0.0851, abs=5e-5)


def test_bits_of_a_dyadic_law_are_whole_numbers():
    assert bits(entropy(torch.tensor([0.5, 0.25, 0.125, 0.125], dtype=torch.float64))).item() == 1.75
    assert bits(math.log(8)) == 3


def test_the_best_code_is_as_long_as_the_best_of_all_codes():
    # With three outcomes the best code gives one digit to the commonest and two to the others.
    assert huffman_length(torch.tensor([0.2, 0.7, 0.1]).double()) == pytest.approx(1.3)
    assert huffman_length(torch.tensor([1 / 2, 1 / 4, 1 / 8, 1 / 8])) == 1.75
    for counts in ([5, 1, 1, 1], [9, 3, 2, 2, 1], [1, 1, 1, 1, 1]):
        q = law(counts)
        lengths = itertools.product(range(1, len(counts)), repeat=len(counts))
        possible = [word for word in lengths if sum(2.0**-digits for digits in word) <= 1]  # Kraft's inequality
        best = min(sum(a * b for a, b in zip(q.tolist(), word, strict=True)) for word in possible)
        assert huffman_length(q) == pytest.approx(best)


def test_a_perplexity_by_hand():
    # Three outcomes that were given 1/2, 1/4 and 1/8: the inverse of the product's cube root.
    product = Fraction(1, 2) * Fraction(1, 4) * Fraction(1, 8)
    assert perplexity(-math.log(product), 3) == pytest.approx(float(1 / product) ** (1 / 3)) == pytest.approx(4)
    assert perplexity(10 * 2 + 30 * 1, 40) == pytest.approx(math.exp(1.25))


def test_the_cheapest_report_under_each_price_is_its_closed_form():
    q = torch.tensor([0.7, 0.2, 0.1])
    assert cheapest(lambda p: -p.log(), q) == pytest.approx([0.7, 0.2, 0.1])
    assert cheapest(lambda p: 1 - p, q) == [1, 0, 0]
    # 1/p is cheapest at p proportional to the roots of q, -sqrt(p) at p proportional to its squares.
    for price, closed in ((lambda p: 1 / p, q.sqrt()), (lambda p: -p.sqrt(), q**2)):
        found = torch.tensor(cheapest(price, q, steps=100))
        assert (found - closed / closed.sum()).abs().max() < 0.0101
    # With two outcomes the square is the Brier score, which is proper.
    assert cheapest(lambda p: (1 - p) ** 2, torch.tensor([0.7, 0.3])) == pytest.approx([0.7, 0.3])


def test_cheapest_never_pays_for_what_never_comes():
    assert cheapest(lambda p: -p.log(), torch.tensor([0.5, 0.5, 0.0]), steps=10) == [0.5, 0.5, 0.0]


@pytest.mark.parametrize(("classes", "epsilon"), list(itertools.product((2, 5, 10, 1000), (0.0, 0.1, 0.3))))
def test_a_smoothed_target_is_torchs(classes, epsilon):
    z = torch.randn(classes, dtype=torch.float64, generator=torch.Generator().manual_seed(classes))
    by_torch = F.cross_entropy(z, torch.tensor(1), label_smoothing=epsilon)
    assert cross_entropy_of(smoothed(classes, epsilon, right=1), z.softmax(0)).item() == pytest.approx(by_torch.item())


def test_the_floors_of_the_lesson():
    floors = [entropy(smoothed(classes, 0.1)).item() for classes in (2, 10, 1000)]
    assert floors == pytest.approx([0.199, 0.500, 1.015], abs=5e-4)


# --- the text and its model ---


@pytest.fixture(scope="module")
def text():
    return python_reference()


def test_the_text_is_prose_in_29_characters_and_no_paragraph_stands_twice(text):
    assert len(ALPHABET) == 29
    everything = text.train + text.held
    assert len(set(everything)) == len(everything)
    assert set("".join(everything)) <= set(ALPHABET)
    assert sum(map(len, text.train)) > 100_000 and 0.08 < len(text.held) / len(everything) < 0.12
    assert not any("  " in p or p != p.strip() for p in everything)


def test_plain_and_encode():
    assert plain("It's 3 o'clock,\n  Mr. Smith !") == "it s o clock, mr. smith"
    assert [ALPHABET[i] for i in encode("abz.")] == list("abz.")
    with pytest.raises(ValueError, match=r"only .* can be encoded, got \['1', 'Ä'\]"):
        encode("Ä1")


def test_pairs_are_each_character_with_the_eight_before():
    data = characters.pairs(["abcdefghij", "zy"])
    assert data.before.shape == (12, 8) and data.after.tolist() == encode("abcdefghijzy").tolist()
    assert data.before[9].tolist() == encode("bcdefghi").tolist()
    assert data.before[10].tolist() == [0] * 8 and data.before[11].tolist() == [0] * 7 + [26]


def test_uniform_and_unigram_prices_are_counted_by_hand():
    data = characters.pairs(["aab"])
    assert characters.prices(characters.uniform([]), data).tolist() == pytest.approx([math.log(29)] * 3)
    # a came twice of three, b once; one is added to each of 29 counts.
    wanted = [-math.log(3 / 32), -math.log(3 / 32), -math.log(2 / 32)]
    assert characters.prices(characters.unigram(["aab"]), data).tolist() == pytest.approx(wanted)


@pytest.fixture(scope="module")
def taught():
    """Trained for a hundred steps on little, which is enough to see that it learns."""
    few = characters.pairs(["the cat sat on the mat. " * 40])
    kept, characters.KEPT = characters.KEPT, (0, 50, 100)
    try:
        return characters.train(few, batch=64), few
    finally:
        characters.KEPT = kept


def test_training_starts_at_ln_29_learns_and_repeats(taught):
    models, few = taught
    costs = [characters.prices(model, few).mean().item() for model in models.values()]
    assert costs[0] == pytest.approx(math.log(29), abs=0.15) and costs[2] < costs[1] < costs[0] and costs[2] < 0.5


def test_prices_are_cross_entropys(taught):
    models, few = taught
    with torch.no_grad():
        wanted = F.cross_entropy(models[50](few.before), few.after, reduction="none")
    assert torch.allclose(characters.prices(models[50], few), wanted)


def test_the_letters_bars_are_their_prices_in_bits(taught):
    models, _ = taught
    sentence = "the cat sat"
    draw = letters.letter_prices(models, sentence)
    figure, words = draw(steps=100)
    heights = [bar.get_height() for ax in figure.axes for bar in ax.patches]
    wanted = characters.prices(models[100], characters.pairs([sentence])) / math.log(2)
    assert heights == pytest.approx(wanted.clamp(max=letters.TALL).tolist(), abs=1e-6)
    assert f"{wanted.sum():.0f} bits for 11 characters" in words
    ticks = [t.get_text() for ax in figure.axes for t in ax.get_xticklabels()]
    assert "".join(ticks) == "the␣cat␣sat"


# --- the first loss ---


def test_normals_are_normal():
    drawn = start.normals(20_000, seed=5).numpy()
    assert scipy.stats.kstest(drawn, "norm").pvalue > 0.01
    assert 0 <= min(start.uniforms(1000)) and max(start.uniforms(1000)) < 1


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_first_losses_of_random_logits(classes):
    assert start.row_losses(0.0, classes).tolist() == pytest.approx([math.log(classes)] * start.ROWS)
    rows = start.row_losses(0.4, classes, rows=4000).numpy()
    # For small spreads: ln C + (1 - 1/C) s^2 / 2.
    wanted = math.log(classes) + (1 - 1 / classes) * 0.08
    assert abs(rows.mean() - wanted) < 4 * rows.std() / math.sqrt(len(rows))
    logits = 3.0 * start.normals(start.ROWS * classes).view(start.ROWS, classes).numpy()
    assert start.row_losses(3.0, classes).numpy() == pytest.approx(scipy.special.logsumexp(logits, 1) - logits[:, 0])


def test_what_changes_a_first_loss():
    digits = start.ten_digits()
    found, ln10 = start.first_losses(digits), math.log(10)
    assert digits.x.shape == (1797, 64) and digits.x.max() == 1
    assert found["last layer times 0"] == pytest.approx(ln10)
    assert found["as torch starts it"] == pytest.approx(ln10, abs=0.05)
    rare = np.mean(digits.y.numpy() == 3)
    assert found["one class in ten is a 3: biases log shares"] == pytest.approx(
        scipy.stats.entropy([rare, 1 - rare]), abs=1e-4
    )
    assert found["one class in ten is a 3: equal logits"] == pytest.approx(math.log(2))


def test_a_scaled_network_scales_its_logits():
    x = torch.rand(5, 64)
    assert torch.allclose(start.scaled(start.fresh(), 3.0)(x), 3 * start.fresh()(x), atol=1e-5)


# --- the figures' Python side ---


def test_shares_of_a_ruler():
    assert shares([40, 60, 70]).tolist() == [0.5, 0.25, 0.125, 0.125]
    assert shares([70, 40, 60]).tolist() == [0.5, 0.25, 0.125, 0.125]
    assert shares([0, 80, 80]).tolist() == [0, 1, 0, 0]


def titles(figure):
    return [ax.get_title("left") or ax.get_title() for ax in figure.axes]


def test_the_still_of_two_codes_says_the_three_numbers():
    assert titles(TwoCodes(p=[20, 40, 60]).still())[1] == "cross-entropy 2.000 = entropy 1.750 + divergence 0.250 bits"
    assert titles(TwoCodes(p=[40, 60, 80]).still())[1].startswith("cross-entropy inf = entropy 1.750")
    for bad in ({"q": [0, 1]}, {"p": [1, 2, 81]}, {"p": [1, 2, -1]}):
        with pytest.raises(TraitError):
            TwoCodes(**bad)


def test_the_still_of_the_spread_says_its_mean():
    title = titles(Spread(spread=2.0, classes=100).still())[0]
    mean = start.row_losses(2.0, 100).mean().item()
    assert title == f"spread 2.0: mean loss {mean:.3f}, ln 100 = 4.605 nats"
    with pytest.raises(TraitError):
        Spread(classes=3)


def test_the_two_bumps_are_laws():
    x, q = plots.two_bumps()
    assert q.sum().item() == pytest.approx(1) and plots.bump(x, 20, 4).sum().item() == pytest.approx(1)
    figure = plots.draw_both_ways(x, q, plots.bump(x, 18, 8), plots.bump(x, 11, 3))
    assert titles(figure) == [
        "least KL(q ‖ p): cover all of q",
        "least KL(p ‖ q): stay where q is",
    ]
