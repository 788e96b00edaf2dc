import ast
import json
import subprocess
import sys
from pathlib import Path

import faceplate

PACKAGE = Path(faceplate.__file__).parent

# A stage imports only stages that stand before it; `cli` stands last and may import any.
ORDER = [
    "errors",
    "storage",
    "compiled",
    "nvidia",
    "values",
    "samples",
    "spec",
    "models",
    "colour",
    "plate",
    "align",
    "track",
    "swap",
    "matte",
    "composite",
    "grain",
    "check",
    "deliver",
    "graph",
    "serve",
    "demo",
    "train",
    "cli",
]

# Each of these has its owners; no other stage imports it, at the top of a file or inside a function.
OWNERS = {
    "OpenImageIO": {"plate"},
    "av": {"plate"},
    "fileseq": {"plate"},
    "PyOpenColorIO": {"colour"},
    "onnxruntime": {"swap"},
    "ai_edge_litert": {"track"},
    "torch": {"grain", "track", "train"},
    "onnx": {"train"},
    "numba": {"compiled"},
}

HEAVY = ["torch", "onnxruntime", "OpenImageIO", "PyOpenColorIO", "cv2", "ai_edge_litert", "av"]


def imports_of(source):
    """Every module that a source imports anywhere, `from faceplate import colour` as `faceplate.colour`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written in full"
            inside = node.module == "faceplate"
            yield from (f"faceplate.{alias.name}" for alias in node.names) if inside else (node.module,)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"importlib.import_module", "import_module"}:
            yield from (name.value for name in node.args[:1] if isinstance(name, ast.Constant))


def imports_by_stage():
    """Stage, file and imported module for every import of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        for module in imports_of(path.read_text(encoding="utf-8")):
            yield Path(inside.parts[0]).stem, inside.as_posix(), module


def test_importing_faceplate_loads_none_of_the_heavy_libraries():
    code = "import sys, json, faceplate; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    loaded = json.loads(done.stdout)
    assert "faceplate.errors" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_every_folder_of_the_engine_has_its_place_in_the_order():
    stages = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert stages - {"__init__"} <= set(ORDER)


def test_a_stage_imports_only_the_stages_before_it():
    backwards = []
    for stage, file, module in imports_by_stage():
        target = module.partition("faceplate.")[2].partition(".")[0]
        allowed = ["errors"] if stage == "__init__" else [*ORDER[: ORDER.index(stage) + 1], "__version__"]
        if module.startswith("faceplate.") and target not in allowed:
            backwards.append(f"{file} imports {module}")
    assert backwards == []


def test_each_heavy_library_is_imported_by_its_owner_alone():
    strays = [
        f"{file} imports {module}"
        for stage, file, module in imports_by_stage()
        if stage not in OWNERS.get(module.partition(".")[0], {stage})
    ]
    assert strays == []


def test_imports_inside_functions_and_by_name_are_seen():
    source = """
def late():
    import torch.nn as nn
    from faceplate import swap, __version__
    from faceplate.track.find.detect import find
    return importlib.import_module("onnxruntime"), importlib.import_module(computed)
"""
    assert sorted(imports_of(source)) == [
        "faceplate.__version__",
        "faceplate.swap",
        "faceplate.track.find.detect",
        "onnxruntime",
        "torch.nn",
    ]
