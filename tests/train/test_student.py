import pytest
import torch

from faceplate.train.student import Student


def test_an_untrained_student_returns_the_picture():
    picture = torch.rand(2, 3, 64, 64) * 1.5 - 0.2
    prediction = Student((4, 6, 8, 8))(picture)
    assert torch.equal(prediction.image, picture)
    assert prediction.matte.shape == (2, 1, 64, 64)


@pytest.mark.parametrize("side", [32, 48, 256])
def test_the_prediction_has_the_size_of_the_picture(side):
    prediction = Student((4, 6, 8, 8))(torch.zeros(1, 3, side, side))
    assert prediction.image.shape == (1, 3, side, side)


def test_the_matte_stays_between_0_and_1():
    student = Student((4, 6, 8, 8))
    torch.nn.init.normal_(student.head.weight, std=50)
    matte = student(torch.rand(1, 3, 32, 32)).matte
    assert matte.min() >= 0
    assert matte.max() <= 1


def test_the_demos_student_is_small(full_recipe):
    count = sum(each.numel() for each in Student(full_recipe.widths).parameters())
    assert count < 1_000_000
