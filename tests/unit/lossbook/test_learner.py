"""The learner's pictures: the pets where fastai has them, digits elsewhere, and never a download."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from lossbook.data import learner
from project import python_path


def test_labels_come_from_the_first_letter():
    assert learner.starts_with_capital("Birman_12.jpg") and not learner.starts_with_capital("beagle_7.jpg")


def test_digits_are_the_real_threes_and_sevens(tmp_path):
    pictures = learner.write_digits(tmp_path)
    digits = load_digits()
    assert len(pictures.files) == sum(int(t) in (3, 7) for t in digits.target)
    assert pictures.files == sorted(pictures.files)
    for file in pictures.files[::40]:
        index = int(file.stem.split("_")[1])
        assert digits.target[index] == int(pictures.kind(file))
        small = Image.open(file).resize((8, 8), Image.Resampling.NEAREST)
        ink = 255 - torch.from_numpy(np.array(small, dtype="float64"))
        assert (ink - torch.tensor(digits.images[index] * 255 / 16)).abs().max() <= 1


def run(code: str, home: Path) -> str:
    """Run code in a fresh Python whose fastai keeps its data in ``home`` and whose network is closed."""
    closed = """
        import socket
        def refuse(*args, **kwargs):
            raise AssertionError("tried to reach the network")
        socket.socket.connect = refuse
        socket.create_connection = refuse
    """
    env = {**os.environ, "FASTAI_HOME": str(home), "PYTHONPATH": python_path(), "TORCH_HOME": str(home / "torch")}
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(closed) + textwrap.dedent(code)],
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_pets_are_found_in_fastais_folder_and_the_lessons_learner_is_built(tmp_path):
    images = tmp_path / "data" / "oxford-iiit-pet" / "images"
    images.mkdir(parents=True)
    for i in range(6):
        for breed in ("Bengal", "beagle"):
            Image.new("RGB", (40, 30), (40 * i, 90, 120)).save(images / f"{breed}_{i}.jpg")
    out = run(
        """
        from lossbook.data.learner import find_pictures, starts_with_capital
        from fastai.vision.all import ImageDataLoaders, Resize, error_rate, vision_learner
        pets = find_pictures()
        print(pets.description, pets.size, pets.architecture.__name__, pets.pretrained, pets.kind(pets.files[0]))
        dls = ImageDataLoaders.from_name_func(pets.folder, pets.files, starts_with_capital, valid_pct=0.2, seed=42,
                                              item_tfms=Resize(pets.size), bs=4, num_workers=0)
        print(vision_learner(dls, pets.architecture, pretrained=pets.pretrained, metrics=error_rate).loss_func)
        """,
        tmp_path,
    )
    assert out.splitlines() == [
        "12 of the 12 photographs of the Oxford-IIIT Pets 224 resnet34 False cat",
        "FlattenedLoss of CrossEntropyLoss()",
    ]


def test_without_the_pets_digits_are_written_and_nothing_is_fetched(tmp_path):
    out = run("from lossbook.data.learner import find_pictures\nprint(find_pictures().description)", tmp_path)
    assert out.strip() == "362 real handwritten threes and sevens"
    assert not list(tmp_path.rglob("*pet*"))


def test_torchvision_is_mended_only_for_the_one_known_error(monkeypatch):
    def broken(name, *args, **kwargs):
        if name == "torchvision":
            raise RuntimeError("some other failure")
        return real(name, *args, **kwargs)

    real = __import__
    monkeypatch.setattr("builtins.__import__", broken)
    with pytest.raises(RuntimeError, match="some other failure"):
        learner.import_torchvision()
