"""The pictures that the book's fastai learner is trained on, and fastai itself made importable on any machine.

The lesson's own data set is the Oxford-IIIT Pets [Parkhi et al., 2012], whose cats have file names that begin with a
capital. It is used if fastai's data folder holds it already. Nothing is ever downloaded: without the pets, real
handwritten digits [scikit-learn's ``load_digits``] are written out as image files that follow the same naming rule,
``Three_0013.png`` and ``seven_0015.png``.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

#: Files taken of the 7,390 pets, so that a laptop without a graphics card trains on them in minutes.
PETS_SAMPLE = 640


@dataclass(frozen=True)
class Pictures:
    """A folder of pictures of two kinds, told apart by the first letter of the file name."""

    folder: Path
    files: list[Path]  #: in sorted order
    capital: str  #: what a capital letter means, "cat" or "3"
    small: str  #: what a small letter means, "dog" or "7"
    size: int  #: pixels to resize to
    batch_size: int
    architecture: Callable[..., Any]  #: a model of torchvision's, for vision_learner
    pretrained: bool  #: whether weights trained on ImageNet are on this machine
    epochs: int
    description: str  #: a noun phrase for the text

    def kind(self, file: Path) -> str:
        """What a picture file shows, by its name: ``capital`` or ``small``."""
        return self.capital if starts_with_capital(file.name) else self.small


def starts_with_capital(name: str) -> bool:
    """The labelling rule of the lesson: True for a file name that begins with a capital letter."""
    return name[0].isupper()


def find_pictures() -> Pictures:
    """The Oxford-IIIT Pets if fastai's data folder holds them, else threes and sevens written to a temporary folder."""
    from fastai.data.external import fastai_cfg

    pets = Path(fastai_cfg().path("data")) / "oxford-iiit-pet" / "images"
    return _pets(pets) if any(pets.glob("*.jpg")) else write_digits(Path(tempfile.mkdtemp(prefix="digits-")))


def _pets(folder: Path) -> Pictures:
    from torchvision import models

    everything = sorted(folder.glob("*.jpg"))
    files = sorted(random.Random(42).sample(everything, min(PETS_SAMPLE, len(everything))))
    weights = Path(torch.hub.get_dir()) / "checkpoints"
    return Pictures(
        folder,
        files,
        capital="cat",
        small="dog",
        size=224,
        batch_size=64,
        architecture=models.resnet34,
        pretrained=any(weights.glob("resnet34-*.pth")),
        epochs=1,
        description=f"{len(files)} of the {len(everything)} photographs of the Oxford-IIIT Pets",
    )


def write_digits(folder: Path) -> Pictures:
    """The handwritten threes and sevens as image files in ``folder``, named by the lesson's rule."""
    from PIL import Image
    from sklearn.datasets import load_digits
    from torchvision import models

    digits = load_digits()
    for index, (image, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        if digit in (3, 7):
            ink = (255 - image * (255 / 16)).astype("uint8")
            name = f"{'Three' if digit == 3 else 'seven'}_{index:04d}.png"
            Image.fromarray(ink).resize((32, 32), Image.Resampling.NEAREST).save(folder / name)
    files = sorted(folder.glob("*.png"))
    return Pictures(
        folder,
        files,
        capital="3",
        small="7",
        size=32,
        batch_size=16,
        architecture=models.resnet18,
        pretrained=False,
        epochs=4,
        description=f"{len(files)} real handwritten threes and sevens",
    )


def import_torchvision() -> None:
    """Import torchvision, also where its compiled operators do not fit the installed torch.

    A torchvision built for CUDA refuses to import beside a CPU torch, for want of an operator that no model here
    calls: "operator torchvision::nms does not exist". On that error alone the operators' signatures are declared, so
    that the import goes through; calling one would still fail. Where torchvision imports as it is, nothing is done.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        for operator in ("nms", "qnms"):
            torch.library.define(
                f"torchvision::{operator}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            )
        import torchvision  # noqa: F401


# fastai imports torchvision, so a module that imports this one may import fastai next.
import_torchvision()
