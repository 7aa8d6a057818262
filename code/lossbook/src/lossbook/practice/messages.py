"""What PyTorch says when a loss is called wrongly: each message of the clinic beside the call that raises it.

The clinic's headings and index entries carry these texts word for word, so that a search for one finds its entry. A
test calls every one again.
"""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch.nn import functional as F

from lossbook.table import LOGITS, TARGET


class Message(NamedTuple):
    """``text``: what PyTorch says of ``call``, after the exception's name. ``older``: what earlier versions said."""

    text: str
    call: Callable[[], object]
    older: tuple[str, ...] = ()


@contextlib.contextmanager
def says() -> Iterator[None]:
    """Print what PyTorch says of the block, an exception or a warning, and go on.

    Raises ``AssertionError`` if it says nothing: then the text around the block is no longer true.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            yield
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
            return
    if not heard:
        raise AssertionError("PyTorch neither raised an exception nor warned")
    print(f"{heard[0].category.__name__}: {heard[0].message}")


def said(call: Callable[[], object]) -> str:
    """What ``says`` prints of ``call()``."""
    with contextlib.redirect_stdout(io.StringIO()) as printed, says():
        call()
    return printed.getvalue().rstrip("\n")


#: Two sentences of seven tokens, five of them known; two pictures of 4 by 6 pixels, five classes.
TEXT, TOKENS = torch.zeros(2, 7, 5), torch.zeros(2, 7, dtype=torch.long)
PICTURES, MASKS = torch.zeros(2, 5, 4, 6), torch.zeros(2, 4, 6, dtype=torch.long)
#: One logit for each of four rows, as a layer with one unit gives them, and their answers.
UNIT, ANSWERS = torch.zeros(4, 1), torch.tensor([0.0, 1.0, 1.0, 0.0])


#: Numbers as NumPy makes them, in 64 bits: four rows of two.
DOUBLE = torch.zeros(4, 2, dtype=torch.float64)


def _learned() -> torch.Tensor:
    return LOGITS.clone().requires_grad_()


def _two_types() -> object:
    from fastai.torch_core import TensorCategory, TensorImage  # slow to import, and needed by one message

    return F.cross_entropy(TensorImage(LOGITS), TensorCategory(TARGET))


def _backward_twice() -> None:
    loss = F.cross_entropy(_learned(), TARGET)
    loss.backward()
    loss.backward()


def _overwritten() -> None:
    p = _learned().softmax(dim=1)
    entropy = -(p * p.log()).sum(dim=1).mean()
    p += 1e-8
    entropy.backward()


MESSAGES = [
    Message(
        "RuntimeError: expected target dtype to be Long or Byte, but got Float",
        lambda: F.cross_entropy(LOGITS, TARGET.float()),
        (
            "RuntimeError: expected scalar type Long but found Float",
            "RuntimeError: expected scalar type Long but found Int",
            "RuntimeError: Expected object of scalar type Long but got scalar type Float for argument #2 'target'",
        ),
    ),
    Message(
        "RuntimeError: expected target dtype to be Long or Byte, but got Int",
        lambda: F.cross_entropy(LOGITS, TARGET.int()),
    ),
    Message(
        "RuntimeError: Expected floating point type for target with class probabilities, got Long",
        lambda: F.cross_entropy(LOGITS, F.one_hot(TARGET, 5)),
    ),
    Message(
        "RuntimeError: 0D or 1D target tensor expected, multi-target not supported",
        lambda: F.cross_entropy(LOGITS, TARGET[:, None]),
        (
            "RuntimeError: 1D target tensor expected, multi-target not supported",
            "RuntimeError: multi-target not supported at",
        ),
    ),
    Message(
        "IndexError: Target 5 is out of bounds.",
        lambda: F.cross_entropy(LOGITS, torch.tensor([1, 4, 5])),
        ("RuntimeError: CUDA error: device-side assert triggered", "Assertion `t >= 0 && t < n_classes` failed."),
    ),
    Message(
        'NotImplementedError: "log_softmax_lastdim_kernel_impl" not implemented for \'Long\'',
        lambda: F.cross_entropy(TARGET, LOGITS),
        ('RuntimeError: "log_softmax_lastdim_kernel_impl" not implemented for \'Long\'',),
    ),
    Message(
        "RuntimeError: Boolean value of Tensor with more than one value is ambiguous",
        lambda: torch.nn.CrossEntropyLoss(LOGITS, TARGET),
    ),
    Message(
        "TypeError: cross_entropy_loss(): argument 'target' (position 2) must be Tensor, not list",
        lambda: F.cross_entropy(LOGITS, [0, 3, 4]),  # type: ignore[arg-type]
    ),
    Message(
        "ValueError: Expected input batch_size (2) to match target batch_size (14).",
        lambda: F.cross_entropy(TEXT, TOKENS.flatten()),
    ),
    Message("RuntimeError: Expected target size [2, 5], got [2, 7]", lambda: F.cross_entropy(TEXT, TOKENS)),
    Message(
        "RuntimeError: only batches of spatial targets supported (3D tensors) but got targets of dimension: 4",
        lambda: F.cross_entropy(PICTURES, MASKS[:, None]),
        (
            "RuntimeError: 1only batches of spatial targets supported (3D tensors) but got targets of size: : "
            "[1, 1, 512, 512]",
        ),
    ),
    Message("RuntimeError: expected scalar type Long but found Byte", lambda: F.cross_entropy(PICTURES, MASKS.byte())),
    Message(
        "RuntimeError: size mismatch (got input: [2, 4, 6, 5] , target: [2, 4, 6]",
        lambda: F.cross_entropy(PICTURES.movedim(1, -1), MASKS),
    ),
    Message(
        "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
        lambda: (_learned().argmax(dim=1) == TARGET).float().mean().backward(),
    ),
    Message(
        "RuntimeError: grad can be implicitly created only for scalar outputs",
        lambda: F.cross_entropy(_learned(), TARGET, reduction="none").backward(),
    ),
    Message(
        "RuntimeError: weight tensor should be defined either for all 5 classes or no classes but got weight tensor of "
        "shape: [3]",
        lambda: F.cross_entropy(LOGITS, TARGET, weight=torch.ones(3)),
        ("RuntimeError: weight tensor should be defined either for all or no classes",),
    ),
    Message(
        "RuntimeError: expected scalar type Float but found Double",
        lambda: F.cross_entropy(LOGITS, TARGET, weight=torch.ones(5).double()),
    ),
    Message(
        "RuntimeError: ignore_index is not supported for floating point target",
        lambda: F.cross_entropy(LOGITS, LOGITS.softmax(dim=1), ignore_index=0),
    ),
    Message(
        "RuntimeError: all elements of input should be between 0 and 1",
        lambda: F.binary_cross_entropy(UNIT.squeeze(1) - 1, ANSWERS),
    ),
    Message(
        "RuntimeError: all elements of target should be between 0 and 1",
        lambda: F.binary_cross_entropy(UNIT.squeeze(1), 2 * ANSWERS),
    ),
    Message(
        "RuntimeError: Found dtype Long but expected Float",
        lambda: F.binary_cross_entropy(UNIT.squeeze(1), ANSWERS.long()),
    ),
    Message(
        "RuntimeError: result type Float can't be cast to the desired output type Long",
        lambda: F.binary_cross_entropy_with_logits(UNIT.squeeze(1), ANSWERS.long()),
    ),
    Message(
        "ValueError: Target size (torch.Size([4])) must be the same as input size (torch.Size([4, 1]))",
        lambda: F.binary_cross_entropy_with_logits(UNIT, ANSWERS),
    ),
    Message(
        "ValueError: Using a target size (torch.Size([4])) that is different to the input size (torch.Size([4, 1])) is "
        "deprecated. Please ensure they have the same size.",
        lambda: F.binary_cross_entropy(UNIT, ANSWERS),
    ),
    Message(
        "RuntimeError: The size of tensor a (2) must match the size of tensor b (4) at non-singleton dimension 0",
        lambda: F.binary_cross_entropy_with_logits(UNIT.squeeze(1), ANSWERS, pos_weight=torch.tensor([1.0, 3.0])),
    ),
    Message(
        "UserWarning: reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' "
        "divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave "
        "the same as 'batchmean' in the next major release.",
        lambda: F.kl_div(LOGITS.log_softmax(dim=1), LOGITS.softmax(dim=1)),
    ),
    Message(
        "UserWarning: size_average and reduce args will be deprecated, please use reduction='sum' instead.",
        lambda: F.cross_entropy(LOGITS, TARGET, size_average=False),
    ),
    Message(
        "RuntimeError: expected target dtype to be Long or Byte, but got Short",
        lambda: F.cross_entropy(LOGITS, TARGET.short()),
    ),
    Message(
        "RuntimeError: expected target dtype to be Long or Byte, but got Bool",
        lambda: F.cross_entropy(LOGITS[:, :2], TARGET > 0),
    ),
    Message(
        "RuntimeError: expected target dtype to be Long or Byte, but got Double",
        lambda: F.cross_entropy(LOGITS, TARGET.double()),
    ),
    Message(
        "RuntimeError: mat1 and mat2 must have the same dtype, but got Double and Float",
        lambda: torch.nn.Linear(2, 3)(DOUBLE),
    ),
    Message(
        "RuntimeError: Input type (double) and bias type (float) should be the same",
        lambda: torch.nn.Conv2d(1, 2, kernel_size=3)(torch.zeros(1, 1, 5, 5).double()),
    ),
    Message(
        "RuntimeError: Found dtype Double but expected Float",
        lambda: F.binary_cross_entropy(DOUBLE[:, 0].float(), DOUBLE[:, 1]),
    ),
    Message(
        "TypeError: cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not tuple",
        lambda: F.cross_entropy((LOGITS,), TARGET),  # type: ignore[arg-type]
    ),
    Message(
        "TypeError: cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not dict",
        lambda: F.cross_entropy({"logits": LOGITS}, TARGET),  # type: ignore[arg-type]
    ),
    Message(
        "AttributeError: 'tuple' object has no attribute 'log_softmax'",
        lambda: F.log_softmax((LOGITS,), dim=1),  # type: ignore[arg-type]
    ),
    Message(
        "AttributeError: 'tuple' object has no attribute 'size'",
        lambda: F.binary_cross_entropy_with_logits((UNIT,), ANSWERS),  # type: ignore[arg-type]
    ),
    Message(
        "UserWarning: Using a target size (torch.Size([4])) that is different to the input size (torch.Size([4, 1])). "
        "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
        lambda: F.mse_loss(UNIT, ANSWERS),
    ),
    Message(
        "UserWarning: Implicit dimension choice for softmax has been deprecated. Change the call to include dim=X as "
        "an argument.",
        lambda: F.softmax(LOGITS),
    ),
    Message(
        "RuntimeError: Tensor on device meta is not on the expected device cpu!",
        lambda: F.nll_loss(LOGITS.to("meta"), TARGET),
        (
            "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and "
            "cpu!",
        ),
    ),
    Message(
        "IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        lambda: LOGITS[0].softmax(dim=1),
    ),
    Message(
        "ValueError: For 1D input, 1D target must have size 1, but got target size: 3",
        lambda: F.cross_entropy(LOGITS[0], TARGET),
    ),
    Message(
        "TypeError: no implementation found for 'torch.nn.functional.cross_entropy' on types that implement "
        "__torch_function__: [<class 'fastai.torch_core.TensorImage'>, <class 'fastai.torch_core.TensorCategory'>]",
        _two_types,
    ),
    Message("OverflowError: math range error", lambda: math.exp(1230.0)),
    Message(
        "AttributeError: 'float' object has no attribute 'backward'",
        lambda: F.cross_entropy(_learned(), TARGET).item().backward(),  # type: ignore[union-attr]
    ),
    Message(
        "RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they "
        "have already been freed). Saved intermediate values of the graph are freed when you call .backward() or "
        "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you "
        "need to access saved tensors after calling backward.",
        _backward_twice,
    ),
    Message(
        "RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation: "
        "[torch.FloatTensor [3, 5]], which is output 0 of Add, is at version 1; expected version 0 instead. Hint: "
        "enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False).",
        _overwritten,
    ),
    Message(
        "TypeError: binary_cross_entropy_with_logits() got an unexpected keyword argument 'label_smoothing'",
        lambda: F.binary_cross_entropy_with_logits(UNIT, UNIT, label_smoothing=0.1),  # type: ignore[call-arg]
    ),
]  # fmt: skip
