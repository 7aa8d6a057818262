"""The from-scratch functions against torch: values, gradients, second gradients, NaN for NaN, and every refusal."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from torch.testing._internal.common_methods_invocations import op_db

import lossbook

torch.set_num_threads(1)  # tensors of a few numbers: more threads only wait for each other

NAMES = ("softmax", "log_softmax", "nll_loss", "cross_entropy")


def agree(ours, theirs, *tensors, seed=0):
    """Both calls give the same value, and the same gradient for every floating tensor, to torch's own tolerance."""
    results = []
    for call in (ours, theirs):
        leaves = [t.detach().clone().requires_grad_(t.is_floating_point() or t.is_complex()) for t in tensors]
        out = call(*leaves)
        wanted = [leaf for leaf in leaves if leaf.requires_grad]
        upstream = torch.rand(out.shape, dtype=out.dtype, generator=torch.Generator().manual_seed(seed))
        grads = torch.autograd.grad(out, wanted, upstream, materialize_grads=True) if wanted else ()
        results.append((out.detach(), grads))
    assert_close(*results, equal_nan=True)


# --- every sample input of torch's own test suite ---------------------------------------------------------------

OPS = [op for op in op_db if op.name.removeprefix("nn.functional.") in NAMES]


def test_torch_still_has_samples_for_all_four():
    assert {op.name.removeprefix("nn.functional.") for op in OPS} == set(NAMES)


@pytest.mark.filterwarnings("ignore:Casting complex values", "ignore:ComplexHalf")
@pytest.mark.parametrize("op", OPS, ids=lambda op: (op.name + "." + op.variant_test_name).strip("."))
def test_samples_of_torch(op):
    ours = getattr(lossbook, op.name.removeprefix("nn.functional."))
    dtypes = op.supported_dtypes("cpu") if op.variant_test_name == "with_dtype" else (torch.float32, torch.float64)
    for dtype in sorted(dtypes, key=str):
        samples = list(op.sample_inputs("cpu", dtype))
        assert samples
        for sample in samples:
            # torch gives class weights no gradient, so they stay out of the comparison
            tensors = [sample.input, *(a for a in sample.args if isinstance(a, torch.Tensor))]
            rest = [a for a in sample.args if not isinstance(a, torch.Tensor)]
            agree(
                lambda *t, s=sample, rest=rest: ours(*t, *rest, **s.kwargs),
                lambda *t, s=sample, rest=rest: op.op(*t, *rest, **s.kwargs),
                *tensors,
            )


# --- drawn cases ------------------------------------------------------------------------------------------------


@st.composite
def scores(draw, min_dim=1, min_classes=1):
    """A tensor of scores (C,), (N, C) or (N, C, d1, ...), from tame to huge, and the generator it came from."""
    classes = draw(st.integers(min_classes, 6))
    batch = draw(st.lists(st.integers(0, 4), min_size=min_dim - 1, max_size=3))
    shape = [classes] if not batch else [batch[0], classes, *batch[1:]]
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    dtype = draw(st.sampled_from([torch.float32, torch.float64]))
    scale = draw(st.sampled_from([1.0, 10.0, 1000.0]))
    return torch.randn(shape, generator=generator, dtype=dtype) * scale, generator


def targets(draw, logits, generator, ignore_index):
    """Class indices for ``logits``, some or all of them ignored."""
    classes = logits.shape[min(logits.dim() - 1, 1)]
    shape = logits.shape[:1] + logits.shape[2:] if logits.dim() > 1 else ()
    target = torch.randint(classes, shape, generator=generator)
    ignored = torch.rand(shape, generator=generator) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    return torch.where(ignored, ignore_index, target)


def weights(draw, logits, generator):
    if draw(st.booleans()):
        return None
    classes = logits.shape[min(logits.dim() - 1, 1)]
    weight = torch.rand(classes, generator=generator, dtype=logits.dtype)
    return weight * (torch.rand(classes, generator=generator) >= draw(st.sampled_from([0.0, 0.5])))


REDUCTION = st.sampled_from(["mean", "sum", "none"])
IGNORE = st.sampled_from([-100, -1, 0, 2])


@settings(max_examples=200)
@given(st.data(), scores())
def test_softmax_and_log_softmax(data, drawn):
    logits, _ = drawn
    dim = data.draw(st.integers(-logits.dim(), logits.dim() - 1))
    for name in ("softmax", "log_softmax"):
        ours, theirs = getattr(lossbook, name), getattr(F, name)
        agree(lambda z, f=ours: f(z, dim), lambda z, f=theirs: f(z, dim), logits)
    if logits.shape[dim]:
        assert_close(lossbook.softmax(logits, dim).sum(dim), torch.ones_like(logits.sum(dim)))


@settings(max_examples=400)
@given(st.data(), scores(), REDUCTION, IGNORE)
def test_nll_loss(data, drawn, reduction, ignore_index):
    logits, generator = drawn
    log_probs = logits.log_softmax(min(logits.dim() - 1, 1))
    target = targets(data.draw, logits, generator, ignore_index)
    weight = weights(data.draw, logits, generator)
    rest = (target, weight)
    agree(
        lambda x: lossbook.nll_loss(x, *rest, ignore_index=ignore_index, reduction=reduction),
        lambda x: F.nll_loss(x, *rest, ignore_index=ignore_index, reduction=reduction),
        log_probs,
    )


SMOOTHING = st.one_of(st.sampled_from([0.0, 0.1, 1.0]), st.floats(0, 1))


@settings(max_examples=400)
@given(st.data(), scores(), REDUCTION, IGNORE, SMOOTHING)
def test_cross_entropy_with_class_indices(data, drawn, reduction, ignore_index, label_smoothing):
    logits, generator = drawn
    target = targets(data.draw, logits, generator, ignore_index)
    options = dict(
        weight=weights(data.draw, logits, generator),
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
    agree(
        lambda z: lossbook.cross_entropy(z, target, **options), lambda z: F.cross_entropy(z, target, **options), logits
    )


@settings(max_examples=300)
@given(st.data(), scores(), REDUCTION, SMOOTHING)
def test_cross_entropy_with_probabilities(data, drawn, reduction, label_smoothing):
    logits, generator = drawn
    probs = torch.rand(logits.shape, generator=generator, dtype=logits.dtype).softmax(min(logits.dim() - 1, 1))
    options = dict(weight=weights(data.draw, logits, generator), reduction=reduction, label_smoothing=label_smoothing)
    agree(
        lambda z, q: lossbook.cross_entropy(z, q, **options),
        lambda z, q: F.cross_entropy(z, q, **options),
        logits,
        probs,
    )


# --- where torch gives NaN, infinity or something one would not expect ----------------------------------------------

INF = float("inf")
EDGES = {
    "empty": ([[]], [], {}),
    "all ignored": ([[1.0, 2.0], [3.0, 4.0]], [-100, -100], {}),
    "all ignored, smoothed": ([[1.0, 2.0], [3.0, 4.0]], [-100, -100], {"label_smoothing": 0.1}),
    "all weights zero": ([[1.0, 2.0], [3.0, 4.0]], [0, 1], {"weight": torch.zeros(2)}),
    "weighted mean of one cancels": ([[1.0, 2.0]], [0], {"weight": torch.tensor([7.0, 1.0])}),
    "right class impossible": ([[0.0, -INF]], [1], {}),
    "wrong class impossible": ([[0.0, -INF]], [0], {}),
    "impossible row ignored": ([[0.0, -INF], [1.0, 2.0]], [-100, 0], {"label_smoothing": 0.1}),
    "impossible class of weight zero": ([[0.0, -INF]], [1], {"weight": torch.tensor([1.0, 0.0])}),
    "infinite score": ([[0.0, INF]], [0], {}),
    "all scores -inf": ([[-INF, -INF]], [0], {}),
    "huge": ([[3e38, -3e38]], [1], {}),
    "smoothing of 1": ([[1.0, 2.0]], [0], {"label_smoothing": 1}),
    "one class": ([[5.0]], [0], {}),
    "unbatched": ([1.0, 2.0], 1, {}),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("case", EDGES)
def test_edges(case, reduction):
    logits, target, options = EDGES[case]
    logits = torch.zeros(0, 3) if case == "empty" else torch.tensor(logits)
    target = torch.tensor(target, dtype=torch.long)
    options = {**options, "reduction": reduction}
    agree(
        lambda z: lossbook.cross_entropy(z, target, **options), lambda z: F.cross_entropy(z, target, **options), logits
    )


@pytest.mark.parametrize("shape", [(0, 3), (0, 3, 2), (2, 3, 0)])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_no_examples(shape, reduction):
    logits = torch.zeros(shape)
    for target in (torch.zeros(shape), torch.zeros(shape[:1] + shape[2:], dtype=torch.long)):
        agree(
            lambda z, t=target: lossbook.cross_entropy(z, t, reduction=reduction),
            lambda z, t=target: F.cross_entropy(z, t, reduction=reduction),
            logits,
        )


def test_one_example_may_come_with_a_target_of_shape_1():
    # torch takes it too, but cannot differentiate it
    logits = torch.tensor([1.0, 2.0])
    ours = lossbook.cross_entropy(logits, torch.tensor([1]), reduction="none")
    assert_close(ours, F.cross_entropy(logits, torch.tensor([1]), reduction="none"))
    assert ours.shape == ()


def test_targets_may_be_bytes():
    logits, target = torch.randn(3, 4, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 3, 1])
    assert lossbook.cross_entropy(logits, target.byte()) == lossbook.cross_entropy(logits, target)


def test_the_inputs_are_left_alone():
    logits, target = torch.randn(2, 3, requires_grad=True), torch.tensor([1, -100])
    before = logits.detach().clone(), target.clone()
    lossbook.cross_entropy(logits, target, label_smoothing=0.2).backward()
    assert_close((logits.detach(), target), before, rtol=0, atol=0)


# --- gradients against finite differences, and closed forms -------------------------------------------------------

Z = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3), requires_grad=True)
Y = torch.tensor([2, -100, 0])
Q = torch.rand(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(4), requires_grad=True)
W = torch.tensor([0.5, 2.0, 1.0, 3.0], dtype=torch.float64)
DIFFERENTIABLE = {
    "softmax": (lambda z: lossbook.softmax(z, 1), (Z,)),
    "log_softmax": (lambda z: lossbook.log_softmax(z, 0), (Z,)),
    "nll_loss": (lambda z: lossbook.nll_loss(z, Y, W), (Z,)),
    "cross_entropy": (lambda z: lossbook.cross_entropy(z, Y, W, label_smoothing=0.1), (Z,)),
    "cross_entropy, probabilities": (lambda z, q: lossbook.cross_entropy(z, q, W, label_smoothing=0.1), (Z, Q)),
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_are_finite_differences(name):
    function, inputs = DIFFERENTIABLE[name]
    assert torch.autograd.gradcheck(function, inputs)
    assert torch.autograd.gradgradcheck(function, inputs)


def test_gradient_is_p_minus_onehot():
    logits = torch.randn(5, 7, dtype=torch.float64, requires_grad=True)
    target = torch.randint(7, (5,))
    lossbook.cross_entropy(logits, target).backward()
    assert_close(logits.grad, (F.softmax(logits.detach(), 1) - F.one_hot(target, 7)) / 5)


def test_smoothing_gives_the_right_class_what_the_text_says():
    e, classes = 0.1, 4
    q = torch.full((1, classes), e / classes, dtype=torch.float64)
    q[0, 2] = 1 - e + e / classes
    logits = torch.tensor([[0.3, -1.0, 2.0, 0.1]], dtype=torch.float64)
    assert_close(
        lossbook.cross_entropy(logits, torch.tensor([2]), label_smoothing=e), -(q * logits.log_softmax(1)).sum()
    )


def test_two_classes_are_the_logistic_loss():
    z = torch.linspace(-30, 30, 13, dtype=torch.float64)
    logits = torch.stack([torch.zeros_like(z), z], dim=1)
    ours = lossbook.cross_entropy(logits, torch.ones(13, dtype=torch.long), reduction="none")
    assert_close(ours, torch.tensor([math.log1p(math.exp(-v)) for v in z.tolist()], dtype=torch.float64))


@pytest.mark.parametrize("classes", [2, 5, 10])
def test_a_uniform_guess_costs_ln_c(classes):
    loss = lossbook.cross_entropy(torch.full((1, classes), 3.0), torch.tensor([1]))
    assert loss.item() == pytest.approx(math.log(classes))


def test_the_fused_form_survives_where_log_of_softmax_does_not():
    logits = torch.tensor([[0.0, 200.0]], requires_grad=True)
    (-lossbook.softmax(logits, 1).log()[0, 0]).backward()
    assert logits.grad.isnan().any()
    logits.grad = None
    lossbook.cross_entropy(logits, torch.tensor([0])).backward()
    assert logits.grad.tolist() == [[-1.0, 1.0]]


# --- refusals: the right kind of error, saying what was given and what is wanted ------------------------------------

R, T = torch.rand, torch.tensor
REFUSALS = [
    # call, error, words the sentence must hold
    (lambda: lossbook.softmax([1.0, 2.0], 0), TypeError, ["logits", "list", "torch.tensor"]),
    (lambda: lossbook.softmax(torch.ones(2, dtype=torch.long), 0), TypeError, ["torch.int64", "logits.float()"]),
    (lambda: lossbook.softmax(R(2), None), TypeError, ["dim", "None"]),
    (lambda: lossbook.softmax(R(2), True), TypeError, ["dim", "True"]),
    (lambda: lossbook.softmax(R(2, 3), 2), IndexError, ["dim 2", "(2, 3)", "-2 to 1"]),
    (lambda: lossbook.log_softmax(R(2, 3), -3), IndexError, ["dim -3", "(2, 3)", "-2 to 1"]),
    (lambda: lossbook.log_softmax(R(2), 0, dtype=torch.long), TypeError, ["torch.int64"]),
    (lambda: lossbook.nll_loss("x", T([0])), TypeError, ["log_probs", "str"]),
    (lambda: lossbook.nll_loss(R(1, 3), [0]), TypeError, ["target", "list"]),
    (lambda: lossbook.nll_loss(T([[1, 2]]), T([0])), TypeError, ["log_probs", "torch.int64"]),
    (lambda: lossbook.nll_loss(R(()), T(0)), ValueError, ["(N, C)", "single number"]),
    (lambda: lossbook.nll_loss(R(2, 0), T([0, 0])), ValueError, ["(2, 0)", "no classes"]),
    (lambda: lossbook.nll_loss(R(2, 3), R(2, 3)), TypeError, ["torch.float32", "only cross_entropy"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]).int()), TypeError, ["torch.int32", "target.long()"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([True, False])), TypeError, ["torch.bool", "torch.int64"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1, 2])), ValueError, ["(3,)", "(2, 3)", "want (2,)"]),
    (lambda: lossbook.nll_loss(R(3), T([0, 1])), ValueError, ["(2,)", "(3,)", "want ()"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([[0], [1]])), ValueError, ["(2, 1)", "squeeze(-1)"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([[0, 0, 1], [0, 1, 0]])), ValueError, ["(2, 3)", "argmax(1)"]),
    (lambda: lossbook.nll_loss(R(2, 4, 3), torch.zeros(2, 4).long()), ValueError, ["(2, 4)", "log_probs.movedim"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 3])), IndexError, ["class 3", "(2, 3)", "0 to 2"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([-1, -100])), IndexError, ["class -1", "ignore_index=-100"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), [1, 1, 1]), TypeError, ["weight", "list"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), R(2)), ValueError, ["weight", "(3,)", "(2,)"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), R(3, 1)), ValueError, ["weight", "(3,)", "(3, 1)"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), R(3).double()), TypeError, ["torch.float32", "torch.float64"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), T([1, 1, 1])), TypeError, ["weight.float()", "torch.int64"]),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), reduction="avg"), ValueError, ["'avg'", '"mean"', '"none"']),
    (lambda: lossbook.nll_loss(R(2, 3), T([0, 1]), ignore_index=1.0), TypeError, ["ignore_index", "1.0"]),
    (lambda: lossbook.cross_entropy(None, T([0])), TypeError, ["logits", "NoneType"]),
    (lambda: lossbook.cross_entropy(R(2, 3), 1), TypeError, ["target", "int"]),
    (lambda: lossbook.cross_entropy(R(()), T(0)), ValueError, ["logits", "single number"]),
    (lambda: lossbook.cross_entropy(R(2, 3), T([0, 5])), IndexError, ["class 5", "logits", "0 to 2"]),
    (lambda: lossbook.cross_entropy(R(2, 3), T([0, 1]).short()), TypeError, ["torch.int16", "target.long()"]),
    (lambda: lossbook.cross_entropy(R(2, 3), T([0.0, 1.0])), ValueError, ["(2, 3)", "(2,)", "target.long()"]),
    (lambda: lossbook.cross_entropy(R(2, 3), R(3, 2)), ValueError, ["(2, 3)", "(3, 2)", "probabilities"]),
    (lambda: lossbook.cross_entropy(R(2, 3), R(2, 3), ignore_index=1), ValueError, ["ignore_index=1", "leave it out"]),
    (lambda: lossbook.cross_entropy(R(2, 3), R(2, 3), R(2)), ValueError, ["weight", "(3,)", "(2,)"]),
    (lambda: lossbook.cross_entropy(R(2, 3), R(2, 3), reduction=None), ValueError, ["reduction", "None"]),
    (lambda: lossbook.cross_entropy(R(2, 3), T([0, 1]), label_smoothing=1.5), ValueError, ["0 to 1", "1.5"]),
    (lambda: lossbook.cross_entropy(R(2, 3), T([0, 1]), label_smoothing=math.nan), ValueError, ["0 to 1", "nan"]),
    (lambda: lossbook.cross_entropy(R(2, 3), T([0, 1]), label_smoothing="a"), TypeError, ["label_smoothing", "'a'"]),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSALS, ids=range(len(REFUSALS)))
def test_refusals(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert caught.type is error
    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)
