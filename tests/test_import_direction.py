"""Imports run one way: schemas, transforms, pipelines, deploy."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("schemas", "transforms", "pipelines", "deploy")
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def imported_packages(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_only_from_layers_below(path: Path) -> None:
    layer = LAYERS.index(path.relative_to(ROOT).parts[0])
    above = imported_packages(path) & set(LAYERS[layer + 1 :])
    assert not above


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_schemas_are_free_of_beam_and_hints_stay_real(path: Path) -> None:
    packages = imported_packages(path)
    if path.relative_to(ROOT).parts[0] == "schemas":
        assert "apache_beam" not in packages
    assert "__future__" not in packages, "Beam would read every hint as Any"
