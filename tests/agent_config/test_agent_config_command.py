from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from diffusionwatch_agent.examples import EXAMPLES
from diffusionwatch_cli.agent_config import command

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = """
account: "111122223333"
region: eu-central-1
runbooks: https://example.com/runbooks.md
retention_days: 30
budget: {monthly_usd: 100}
services:
  image-api:
    fleet: {auto_scaling_group: image-api-test, instance_type: g6e.xlarge, planned_instances: 2}
  video-api:
    fleet:
      eks_cluster: images
      namespace: video
      workload: video
      instance_type: g6e.12xlarge
      planned_instances: 1
"""


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    (tmp_path / "test.yaml").write_text(SETTINGS)
    return tmp_path


def run(*arguments: object) -> Result:
    app = Typer()
    app.command()(command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run_in(environments: Path, *arguments: object) -> Result:
    return run(*arguments, "--environment", "test", "--environments", environments)


def refused(result: Result, *words: str) -> None:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_ec2_prints_the_configuration_of_the_committed_example() -> None:
    result = run("ec2", "-e", "prod", "-s", "image-api", "--environments", ROOT / "environments")
    assert (result.exit_code, result.stdout) == (0, EXAMPLES["ec2.json"]())


def test_eks_prints_the_add_on_s_values_for_the_cluster_and_region_of_the_settings(environments: Path) -> None:
    values = json.loads(run_in(environments, "eks", "-s", "video-api").stdout)
    assert values["agent"]["config"]["agent"]["region"] == "eu-central-1"
    assert values["agent"]["config"]["logs"]["metrics_collected"]["kubernetes"]["cluster_name"] == "images"


def test_eks_in_otel_mode_prints_that_mode_s_values(environments: Path) -> None:
    values = json.loads(run_in(environments, "eks", "-s", "video-api", "--mode", "otel").stdout)
    assert values["otelContainerInsights"]["enabled"] is True


def test_a_fleet_on_ec2_can_be_configured_for_a_cluster_that_is_named(environments: Path) -> None:
    assert run_in(environments, "eks", "-s", "image-api", "--cluster", "images").exit_code == 0


def test_a_fleet_on_ec2_gets_values_for_a_cluster_that_has_yet_to_be_named(environments: Path) -> None:
    result = run_in(environments, "eks", "-s", "image-api")
    assert result.exit_code == 0
    assert "YOUR-CLUSTER" in result.stdout
    assert result.stderr == "image-api runs on the Auto Scaling group image-api-test; name the --cluster\n"


def test_the_otel_mode_is_billed_by_byte(environments: Path) -> None:
    result = run_in(environments, "eks", "-s", "video-api", "--mode", "otel", "--explain", "--json")
    explained = json.loads(result.stdout)
    assert explained["usd_a_month"] is None
    assert {one["usd_a_month"] for one in explained["metrics"]} == {None}


def test_output_goes_into_a_file(environments: Path, tmp_path: Path) -> None:
    result = run_in(environments, "ec2", "-s", "image-api", "-o", tmp_path / "agent.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nvidia_gpu" in (tmp_path / "agent.json").read_text()


def test_explain_adds_up_to_its_total(environments: Path) -> None:
    explained = json.loads(run_in(environments, "ec2", "-s", "image-api", "--explain", "--json").stdout)
    calls = 2 * 43.8 * 0.01
    assert explained["usd_a_month"] == pytest.approx(
        sum(m["usd_a_month"] for m in explained["metrics"]) + calls, abs=0.01
    )


def test_explain_draws_a_table_with_metrics_units_and_views(environments: Path) -> None:
    lines = run_in(environments, "ec2", "-s", "image-api", "--explain").stdout.splitlines()
    (line,) = (line for line in lines if line.startswith("nvidia_smi_utilization_gpu"))
    assert line.split() == ["nvidia_smi_utilization_gpu", "Percent", "fleet,", "instance,", "GPU", "6", "5", "1.50"]


def test_explain_of_a_cluster_names_dimension_sets_and_how_it_is_billed(environments: Path) -> None:
    explained = json.loads(run_in(environments, "eks", "-s", "video-api", "--explain", "--json").stdout)
    assert explained["note"].startswith("1 nodes all month, billed by observation, at most")
    utilization = next(one for one in explained["metrics"] if one["metric"] == "node_gpu_utilization")
    assert utilization["datapoints_a_minute"] == 4 * 3  # GPUs of g6e.12xlarge, dimension sets
    assert utilization["usd_a_month"] == pytest.approx(12 * 43_800 * 0.21 / 1e6, abs=0.005)
    assert explained["usd_a_month"] == pytest.approx(sum(one["usd_a_month"] for one in explained["metrics"]), abs=0.01)
    assert ["ClusterName"] in explained["metrics"][0]["dimension_sets"]


def test_check_of_a_clean_file_ends_with_zero(tmp_path: Path) -> None:
    file = tmp_path / "agent.json"
    file.write_text(EXAMPLES["ec2.json"]())
    result = run("ec2", "--check", file)
    assert (result.exit_code, result.stdout) == (0, f"{file}: nothing found\n")


def test_check_of_helm_values_reads_yaml(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("dcgmExporter:\n  enabled: true\n")
    result = run("eks", "--check", file)
    assert result.exit_code == 1
    assert "[dcgm-affinity]" in result.stdout
    assert "[closed-port]" in result.stdout


def test_check_with_findings_ends_with_one_and_json_carries_them(tmp_path: Path) -> None:
    file = tmp_path / "agent.json"
    file.write_text(EXAMPLES["ec2.json"]().replace("nvidia_gpu", "nvidia_smi"))
    result = run("ec2", "--check", file, "--json")
    assert result.exit_code == 1
    assert [finding["rule"] for finding in json.loads(result.stdout)["findings"]] == ["schema-only-key"]


@pytest.mark.parametrize("text", ["{", "[1, 2]", "42", ""])
def test_check_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "agent.json"
    file.write_text(text)
    refused(run("ec2", "--check", file), str(file))


def test_check_of_a_missing_file_is_refused() -> None:
    refused(run("ec2", "--check", "no-such-file.json"), "cannot read no-such-file.json: No such file or directory")


def test_an_unknown_environment_is_refused_with_the_known_ones(environments: Path) -> None:
    refused(run("ec2", "-e", "tets", "--environments", environments), "'tets'", "test")


def test_an_unknown_service_is_refused_with_the_known_ones(environments: Path) -> None:
    refused(run_in(environments, "ec2", "-s", "imagapi"), "'imagapi'", "image-api, video-api")


def test_two_services_need_a_name(environments: Path) -> None:
    refused(run_in(environments, "ec2"), "--service", "image-api, video-api")


def test_the_environment_must_be_named() -> None:
    refused(run("ec2"), "--environment prod")


def test_a_fleet_on_eks_has_no_configuration_for_ec2(environments: Path) -> None:
    refused(run_in(environments, "ec2", "-s", "video-api"), "EKS cluster images", "agent-config eks")


def test_an_unwritable_output_is_refused(environments: Path, tmp_path: Path) -> None:
    refused(run_in(environments, "ec2", "-s", "image-api", "-o", tmp_path / "no" / "agent.json"), "cannot write")


def test_the_fleets_own_settings_of_the_agent_are_in_it(environments: Path) -> None:
    file = environments / "test.yaml"
    at = "planned_instances: 2}"
    file.write_text(SETTINGS.replace(at, "planned_instances: 2, agent: {measurements: [fan_speed]}}"))

    result = run_in(environments, "ec2", "--service", "image-api")

    collected = json.loads(result.output)["metrics"]["metrics_collected"]["nvidia_gpu"]
    assert collected == {
        "measurement": [{"name": "fan_speed", "unit": "Percent"}],
        "drop_original_metrics": ["fan_speed"],
    }


def test_an_unknown_measurement_in_the_settings_is_refused(environments: Path) -> None:
    file = environments / "test.yaml"
    file.write_text(SETTINGS.replace("planned_instances: 2}", "planned_instances: 2, agent: {measurements: [fan]}}"))

    refused(run_in(environments, "ec2", "--service", "image-api"), "nothing called 'fan'", "line 9")
