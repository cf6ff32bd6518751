"""The requirements in docs tell the truth: each names tests that exist."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent

ROW = re.compile(r"^\| (R-[A-Z]+-[0-9]+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
PATTERN = re.compile(r"^(The|When|While|If|Where) .*\bshall\b")


@dataclass
class Requirement:
    """A row of a table."""

    name: str
    text: str
    tests: list[str]  # file::function


def read(text: str) -> list[Requirement]:
    return [Requirement(name, says, re.findall("`([^`]+)`", proof)) for name, says, proof in ROW.findall(text)]


def faults(requirements: list[Requirement], exists: set[str]) -> list[str]:
    """Tell what is wrong with requirements, given the tests that exist."""
    wrong: list[str] = []
    seen: set[str] = set()
    for r in requirements:
        if r.name in seen:
            wrong.append(f"{r.name} is given twice")
        seen.add(r.name)
        if not PATTERN.match(r.text):
            wrong.append(f"{r.name} is not in the form of EARS: {r.text}")
        if not r.tests:
            wrong.append(f"{r.name} names no test")
        wrong += [f"{r.name} names {test}, which does not exist" for test in r.tests if test not in exists]
    return wrong


def existing() -> set[str]:
    """Find every test function, as file::function."""
    found = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                found.add(f"{file.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def test_every_requirement_has_its_tests() -> None:
    text = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("requirements.md", "requirements-own.md"))
    requirements = read(text)
    assert len(requirements) == text.count("\n| R-") > 0
    assert faults(requirements, existing()) == []


def test_faults_are_noticed() -> None:
    text = """
| R-A-1 | The server shall answer. | `x::a` |
| R-A-1 | The server shall answer. | `x::a` |
| R-A-2 | Answers are nice. | `x::a` |
| R-A-3 | When asked, the server shall answer. | by hand |
| R-A-4 | While asked, the server shall answer. | `x::a`, `x::gone` |
"""
    assert faults(read(text), {"x::a"}) == [
        "R-A-1 is given twice",
        "R-A-2 is not in the form of EARS: Answers are nice.",
        "R-A-3 names no test",
        "R-A-4 names x::gone, which does not exist",
    ]
