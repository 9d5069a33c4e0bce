from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from diffusionwatch_cli import main as cli

HEAVY = ("boto3", "moto", "numpy", "aws_cdk", "starlette", "pydantic")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "diffusionwatch_cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_help_lists_every_command_with_its_line() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for name in ("demo", "up"):
        assert name in shown.stdout


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_of_the_table_has_its_module_and_an_example(name: str) -> None:
    shown = run(name, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Example" in shown.stdout


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom diffusionwatch_cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stderr.strip().splitlines()[-1] == "[]"


def test_a_misspelt_command_is_refused_with_the_nearest_one() -> None:
    refused = run("dmo")
    assert refused.returncode == 2
    assert "Did you mean 'demo'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_known_error_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from diffusionwatch_local.demo.refusal import Refusal

    def refuse(**_: object) -> None:
        raise Refusal("port 4577 is in use:\n  choose another")

    monkeypatch.setattr(cli, "app", refuse)
    with pytest.raises(SystemExit) as ended:
        cli.main(["demo"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "diffusionwatch: port 4577 is in use: choose another\n"


def test_an_unknown_error_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(ZeroDivisionError):
        cli.main(["demo"])


def test_an_incident_list_that_cannot_be_is_refused_before_anything_starts(tmp_path: Path) -> None:
    script = tmp_path / "incidents.yaml"
    script.write_text("ends: 10\nflet: {}\n")
    refused = run("demo", "--once", "--incidents", str(script))
    assert refused.returncode == 2
    assert "flet" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
