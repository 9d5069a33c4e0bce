"""Strict models of the CloudWatch agent's configuration: a misspelt key is an error here, silence in the agent.

Source: "Manually create or edit the CloudWatch agent configuration file" (CloudWatch user guide). Sections that we
never write (procstat, statsd, prometheus, opentelemetry and so on) are let through unread.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from diffusionwatch_agent.measurements import GPU
from diffusionwatch_agent.nodes import RETENTION_DAYS

Seconds = Annotated[int, Field(ge=1, le=172800)]
Text = Annotated[str, StringConstraints(min_length=1)]
Endpoint = Annotated[str, StringConstraints(min_length=4, max_length=2048)]
LogName = Annotated[str, StringConstraints(min_length=1, max_length=512)]

_SIZES = [f"{scale}{unit}".capitalize() for unit in ("bytes", "bits") for scale in ("", "kilo", "mega", "giga", "tera")]
UNITS = frozenset(
    ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"]
    + _SIZES
    + [f"{size}/Second" for size in _SIZES]
)
"""CloudWatch's 27 units (MetricDatum)."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class Credentials(_Strict):
    role_arn: Text | None = None


class Agent(_Strict):
    metrics_collection_interval: Seconds = 60
    region: Text | None = None
    credentials: Credentials | None = None
    debug: bool | None = None
    logfile: str | None = None
    aws_sdk_log_level: str | None = None
    omit_hostname: bool | None = None
    run_as_user: Text | None = None
    use_dualstack_endpoint: bool | None = None
    service_name: Text | None = Field(default=None, alias="service.name")
    deployment_environment: Text | None = Field(default=None, alias="deployment.environment")


class NamedMeasurement(_Strict):
    name: Text
    rename: Text | None = None
    unit: str | None = None

    @field_validator("unit")
    @classmethod
    def _known(cls, unit: str | None) -> str | None:
        if unit is not None and unit not in UNITS:
            raise ValueError(f"{unit!r} is no unit of CloudWatch")
        return unit


class Plugin(_Strict):
    """One entry of `metrics_collected`."""

    measurement: list[Text | NamedMeasurement]
    metrics_collection_interval: Seconds | None = None
    append_dimensions: dict[str, str] | None = None
    drop_original_metrics: list[Text] | None = None
    resources: list[Text] | None = None
    totalcpu: bool | None = None
    ignore_file_system_types: list[Text] | None = None
    drop_device: bool | None = None

    def names(self) -> list[str]:
        return [m if isinstance(m, str) else m.name for m in self.measurement]


class GpuPlugin(Plugin):
    @field_validator("measurement")
    @classmethod
    def _known_measurement(cls, value: list[str | NamedMeasurement]) -> list[str | NamedMeasurement]:
        for measurement in value:
            name = measurement if isinstance(measurement, str) else measurement.name
            if name.removeprefix("nvidia_smi_") not in GPU:
                raise ValueError(f"{name!r} is none of the agent's 17 GPU measurements: {', '.join(GPU)}")
        return value


class MetricsCollected(_Strict):
    nvidia_gpu: GpuPlugin | None = None
    nvidia_smi: GpuPlugin | None = None
    cpu: Plugin | None = None
    disk: Plugin | None = None
    diskio: Plugin | None = None
    mem: Plugin | None = None
    net: Plugin | None = None
    netstat: Plugin | None = None
    processes: Plugin | None = None
    swap: Plugin | None = None
    collectd: Any = None
    efa: Any = None
    ethtool: Any = None
    jmx: Any = None
    otlp: Any = None
    procstat: Any = None
    prometheus: Any = None
    statsd: Any = None


AppendedValue = Literal["${aws:ImageId}", "${aws:InstanceId}", "${aws:InstanceType}", "${aws:AutoScalingGroupName}"]


class Metrics(_Strict):
    metrics_collected: MetricsCollected
    namespace: Annotated[str, StringConstraints(min_length=1, max_length=255)] = "CWAgent"
    append_dimensions: dict[str, AppendedValue] | None = None
    aggregation_dimensions: list[list[Text]] | None = None
    force_flush_interval: Seconds | None = None
    metrics_destinations: Any = None
    credentials: Credentials | None = None
    endpoint_override: Endpoint | None = None
    service_name: Text | None = Field(default=None, alias="service.name")
    deployment_environment: Text | None = Field(default=None, alias="deployment.environment")


class Filter(_Strict):
    type: Literal["include", "exclude"]
    expression: str


class _Collected(_Strict):
    log_stream_name: LogName | None = None
    log_group_class: Literal["STANDARD", "INFREQUENT_ACCESS"] | None = None
    retention_in_days: int | None = None
    filters: list[Filter] | None = None

    @field_validator("retention_in_days")
    @classmethod
    def _known_retention(cls, days: int | None) -> int | None:
        if days is not None and days not in (-1, *RETENTION_DAYS):
            raise ValueError(f"CloudWatch Logs has no retention of {days} days")
        return days


class LogFileEntry(_Collected):
    file_path: Text
    log_group_name: LogName | None = None
    multi_line_start_pattern: Text | None = None
    timestamp_format: Text | None = None
    timezone: Literal["Local", "LOCAL", "UTC"] | None = None
    trim_timestamp: bool | None = None
    encoding: Text | None = None
    auto_removal: bool | None = None
    backpressure_mode: Literal["fd_release"] | None = None
    blacklist: Text | None = None
    publish_multi_logs: bool | None = None
    service_name: Text | None = Field(default=None, alias="service.name")
    deployment_environment: Text | None = Field(default=None, alias="deployment.environment")


class JournalEntry(_Collected):
    log_group_name: LogName
    units: list[Text] | None = None
    priority: Text | None = None
    matches: list[dict[str, str]] | None = None


class Files(_Strict):
    collect_list: list[LogFileEntry] = Field(min_length=1)


class Journal(_Strict):
    collect_list: list[JournalEntry] = Field(min_length=1)


class LogsCollected(_Strict):
    files: Files | None = None
    journald: Journal | None = None
    windows_events: Any = None
    application_signals: Any = None


class Emf(_Strict):
    service_address: Annotated[str, StringConstraints(pattern=r"^(tcp|udp):(//)?[^:]*:\d+$")] | None = None


class Kubernetes(_Strict):
    cluster_name: LogName | None = None
    enhanced_container_insights: bool | None = None
    accelerated_compute_metrics: bool | None = None
    accelerated_compute_gpu_metrics_collection_interval: Seconds | None = None
    metrics_collection_interval: Seconds | None = None
    disable_metric_extraction: bool | None = None
    jmx_container_insights: bool | None = None
    kueue_container_insights: bool | None = None


class LogMetricsCollected(_Strict):
    emf: Emf | None = None
    structuredlog: Emf | None = None
    kubernetes: Kubernetes | None = None
    app_signals: Any = None
    application_signals: Any = None
    ecs: Any = None
    otlp: Any = None
    prometheus: Any = None


class Logs(_Strict):
    logs_collected: LogsCollected | None = None
    metrics_collected: LogMetricsCollected | None = None
    log_stream_name: LogName | None = None
    force_flush_interval: Seconds | None = None
    credentials: Credentials | None = None
    endpoint_override: Endpoint | None = None
    concurrency: Annotated[int, Field(ge=1)] | None = None
    service_name: Text | None = Field(default=None, alias="service.name")
    deployment_environment: Text | None = Field(default=None, alias="deployment.environment")


class TcpProxy(_Strict):
    bind_address: Endpoint | None = None


class XRay(_Strict):
    bind_address: Endpoint | None = None
    tcp_proxy: TcpProxy | None = None


class Otlp(_Strict):
    grpc_endpoint: Endpoint | None = None
    http_endpoint: Endpoint | None = None
    tls: Any = None
    service_name: Text | None = Field(default=None, alias="service.name")
    deployment_environment: Text | None = Field(default=None, alias="deployment.environment")


class TracesCollected(_Strict):
    xray: XRay | None = None
    otlp: Otlp | list[Otlp] | None = None
    app_signals: Any = None
    application_signals: Any = None


class Traces(_Strict):
    traces_collected: TracesCollected
    concurrency: Annotated[int, Field(ge=1)] | None = None
    buffer_size_mb: Annotated[int, Field(ge=3)] | None = None
    resource_arn: str | None = None
    local_mode: bool | None = None
    insecure: bool | None = None
    credentials: Credentials | None = None
    proxy_override: Endpoint | None = None
    endpoint_override: Endpoint | None = None
    region_override: str | None = None
    transit_spans_in_otlp_format: bool | None = None


class Configuration(_Strict):
    """A whole configuration file."""

    agent: Agent | None = None
    metrics: Metrics | None = None
    logs: Logs | None = None
    traces: Traces | None = None
    opentelemetry: Any = None
