from __future__ import annotations

from pathlib import Path

import pytest

from diffusionwatch_local.demo import toolchain
from diffusionwatch_local.demo.refusal import Refusal


def test_the_clone_is_found_from_a_folder_within(root: Path) -> None:
    assert toolchain.find(root / "docs").root == root


def test_a_clone_without_the_cdk_command_is_refused_with_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text("{}")
    (tmp_path / "stacks").mkdir()
    with pytest.raises(Refusal, match="make setup"):
        toolchain.find(tmp_path)


def test_no_credentials_of_the_user_reach_the_deployment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    environment = toolchain.find(root).environment({"AWS_ACCESS_KEY_ID": "embedded"})
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_ACCESS_KEY_ID"] == "embedded"
