"""What is installed here, and what to do about what is not."""

import argparse
import os
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.util import find_spec

import faceplate
from faceplate.cli.report import Report
from faceplate.colour import builtin_config, colour_spaces, load_config, scene_linear
from faceplate.errors import ColourError
from faceplate.grain import degrain_gpu_problem
from faceplate.models import PackStatus, list_packs
from faceplate.swap import device_problems, runtime_version

extras = {"torch": "train", "onnx": "train", "skimage": "demo"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what was found, and what to do where it is not."""

    thing: str
    found: str
    next_step: str = ""
    well: bool = True


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """None of its own."""


def run(_arguments: argparse.Namespace, report: Report) -> None:
    """Looks at everything the engine leans on."""
    findings = [_engine(), _gpu(), _degraining(), *_packs(), _colour(), *_extras(), _nuke()]
    words = "\n".join(_words(finding) for finding in findings)
    report.document({"findings": [asdict(finding) for finding in findings]}, words)


def _engine() -> Finding:
    return Finding(
        "engine", f"faceplate {faceplate.__version__}, Python {platform.python_version()}, {platform.platform()}"
    )


def _gpu() -> Finding:
    problems = device_problems()
    there = ", ".join(device for device, problem in problems.items() if problem is None)
    processor = f"ONNX Runtime {runtime_version}, {os.cpu_count()} CPU cores; models run on {there}"
    if problem := problems["cuda"]:
        return Finding("processors", f"{processor}; no GPU: {problem[0]}", f"for a GPU: {problem[1]}")
    if problem := problems["tensorrt"]:
        return Finding("processors", f"{processor}; {problem[0]}", f"for TensorRT: {problem[1]}")
    return Finding("processors", processor)


def _degraining() -> Finding:
    if problem := degrain_gpu_problem():
        return Finding("degraining", f"on the CPU; no GPU: {problem[0]}", f"for a GPU: {problem[1]}")
    return Finding("degraining", "on the GPU; on the CPU where that is asked for")


def _packs() -> list[Finding]:
    return [
        Finding(
            f"pack {status.pack.name}",
            "; ".join(status.problems) or (str(status.path) if status.installed else "not installed"),
            "" if _sound(status) else f"run `faceplate models install {status.pack.name}`",
            well=_sound(status) or (status.pack.optional and not status.installed),
        )
        for status in list_packs()
    ]


def _sound(status: PackStatus) -> bool:
    return status.installed and not status.problems


def _colour() -> Finding:
    named = os.environ.get("OCIO") or builtin_config
    try:
        config = load_config()
        found = f"{named}: {len(colour_spaces(config))} colour spaces, working in {scene_linear(config)}"
    except ColourError as fault:
        return Finding("colour", fault.came, fault.next_step, well=False)
    return Finding("colour", found)


def _extras() -> list[Finding]:
    return [
        Finding(
            f"extra {extra}: {module}",
            "installed" if find_spec(module) else "not installed",
            "" if find_spec(module) else f"pip install 'faceplate[{extra}]'",
        )
        for module, extra in extras.items()
    ]


def _nuke() -> Finding:
    found = shutil.which("nuke") or shutil.which("Nuke")
    return Finding("host Nuke", found or "not on the path")


def _words(finding: Finding) -> str:
    step = f"\n      {finding.next_step}" if finding.next_step else ""
    return f"{'ok  ' if finding.well else 'MEND'}  {finding.thing}: {finding.found}{step}"
