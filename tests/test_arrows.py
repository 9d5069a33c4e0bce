"""Who may know whom: the arrows of docs/architecture.md, held by import-linter, and the traps of our folder names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import constructs
import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS_OF_PACKAGES = ("constructs", "lambda", "worker", "simulator", "local", "cli", "agent_config")


def test_no_room_imports_against_the_arrows() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("folder", FOLDERS_OF_PACKAGES)
def test_a_folder_that_holds_packages_is_no_package_itself(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_the_package_constructs_is_the_one_of_pypi() -> None:
    assert "site-packages" in constructs.__file__


def test_the_project_reads_nothing_beside_its_own_clone() -> None:
    tracked = subprocess.run(
        ["git", "grep", "-lE", r"\.\./shared", "--", ".", ":!tests/test_arrows.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tracked.stdout == ""
