"""The run that made `faceplate/demo/younger.onnx`."""

from faceplate.models import CropGeometry, ModelCard
from faceplate.train import Recipe, Views


def recipe() -> Recipe:
    """The complete settings of the demo's model."""
    card = ModelCard(
        name="Younger (demo)",
        version="1",
        licence="Apache-2.0",
        source="faceplate/train/recipes/younger.py: one public-domain portrait and its landmark-driven retouch",
        consent="Public-domain NASA portrait of Eileen Collins; no other person's likeness was used",
        side_px=256,
        layout="NCHW",
        order="RGB",
        encoding="srgb_rec709_scene",
        white=1.0,
        mean=0.0,
        spread=1.0,
        crop=CropGeometry(scale=2.131371, centre=(0.5, 0.43)),
        input="face",
        image="younger",
        mattes={"face": "matte"},
    )
    views = Views(
        turn_deg=(15.0, 6.0, 5.0),
        crop_shift=0.02,
        crop_scale=0.03,
        crop_turn_deg=3.0,
        exposure_ev=(-2.2, 0.6),
        balance_ev=0.12,
        light_ev=0.8,
        lamps=5,
        contrast=(0.88, 1.15),
        saturation=(0.75, 1.25),
        softness_px=1.0,
        sharpening=0.6,
        grain=0.008,
    )
    return Recipe(
        card=card,
        widths=(24, 48, 96, 128),
        seed=1995,
        steps=4000,
        batch=4,
        learning_rate=2e-3,
        warm_up=100,
        memory=0.998,
        edge_weight=1.0,
        matte_weight=0.4,
        half_precision=True,
        keep_every=500,
        threads=1,
        views=views,
    )
