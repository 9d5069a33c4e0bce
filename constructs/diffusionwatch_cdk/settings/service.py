"""The settings of one service: its fleet, its models, what it promises, and where its alarms differ."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from diffusionwatch_agent.instances import INSTANCES

from .agent import AgentSettings
from .bands import BandSettings
from .base import ClusterName, ModelName, Name, Namespace, ResourceName, Settings, Workload, each_once
from .money import CostSettings, IdleGuardSettings
from .nearest import did_you_mean
from .probe import ProbeSettings


class FleetSettings(Settings):
    """Where the service's workers run, and what they cost."""

    auto_scaling_group: ResourceName | None = None
    """name of the EC2 Auto Scaling group; either this or eks_cluster"""
    eks_cluster: ClusterName | None = None
    """name of the EKS cluster; either this or auto_scaling_group"""
    namespace: Namespace | None = None
    """Kubernetes namespace of the workers; with eks_cluster"""
    workload: Workload | None = None
    """Kubernetes Deployment of the workers; with eks_cluster"""
    instance_type: str
    """an EC2 instance type with NVIDIA GPUs, such as g6e.xlarge"""
    gpus_per_instance: float | None = Field(default=None, gt=0)
    """GPUs of one instance, above 0; left out: what the instance type has"""
    workers_per_instance: int | None = Field(default=None, ge=1)
    """worker processes of one instance, 1 or more; left out: one a GPU"""
    planned_instances: float = Field(ge=0)
    """instances that the plan pays for on average, 0 or more; cost alarms compare with it"""
    usd_per_hour: float | None = Field(default=None, gt=0)
    """US dollars an instance and hour, above 0; left out: the on-demand list price of the type in us-east-1"""
    queue: ResourceName | None = None
    """name of the SQS queue from which the workers take jobs"""
    dead_letter_queue: ResourceName | None = None
    """name of the queue for jobs that failed too often"""
    install_agent: bool = False
    """true installs the CloudWatch agent over what is there: by SSM on every instance, on EKS as the add-on"""
    agent: AgentSettings = AgentSettings()
    """what the CloudWatch agent measures and collects; with auto_scaling_group"""
    cost: CostSettings = CostSettings()
    """how the cost meter finds the instances and prices them"""

    @field_validator("instance_type")
    @classmethod
    def _known_type(cls, value: str) -> str:
        if value not in INSTANCES:
            raise ValueError(f"no GPU instance type is called {value!r}{did_you_mean(value, INSTANCES)}")
        return value

    @model_validator(mode="after")
    def _one_platform(self) -> FleetSettings:
        if (self.auto_scaling_group is None) == (self.eks_cluster is None):
            raise ValueError("a fleet names either auto_scaling_group or eks_cluster")
        if self.eks_cluster and "agent" in self.model_fields_set:
            raise ValueError("agent is for a fleet on auto_scaling_group; on eks_cluster the add-on decides")
        if self.eks_cluster and not (self.namespace and self.workload):
            raise ValueError("a fleet on eks_cluster names its namespace and workload too")
        if self.usd_per_hour is None and INSTANCES[self.instance_type].usd_per_hour is None:
            raise ValueError(f"{self.instance_type} has no on-demand list price: set usd_per_hour to what you pay")
        return self


class AlarmOverride(Settings):
    """Where one alarm of a service differs from the catalogue."""

    enabled: bool = True
    """false switches the alarm off; then reason is needed"""
    reason: str | None = Field(default=None, min_length=8)
    """why, in a sentence of at least 8 characters; it goes into the template's metadata"""
    threshold: float | None = Field(default=None, ge=0)
    """the alarm's limit, in the unit that docs/alarms.md gives, 0 or more"""
    periods: int | None = Field(default=None, ge=1, le=1440)
    """how many periods are looked at (N of M of N), 1 to 1440"""
    datapoints: int | None = Field(default=None, ge=1, le=1440)
    """how many of them must breach (M of M of N), 1 to periods"""
    severity: Literal["page", "ticket"] | None = None
    """page or ticket: the alarm then notifies that topic by itself too"""
    owner: Name | None = None
    """one of the environment's owners, whose topic this alarm notifies; left out: whose the service is"""

    @model_validator(mode="after")
    def _reasoned(self) -> AlarmOverride:
        if not self.enabled and self.reason is None:
            raise ValueError("an alarm is switched off for a reason: add reason: '…'")
        if self.periods is not None and self.datapoints is not None and self.datapoints > self.periods:
            raise ValueError(f"datapoints ({self.datapoints}) cannot exceed periods ({self.periods})")
        return self


class Objectives(Settings):
    """What the service promises its users."""

    good_percent: float = Field(default=99.0, ge=95, le=99.95)
    """percent of requests that are neither faulted nor slow, 95 to 99.95: beyond that range burn-rate alarms can
    never fire or always do"""
    application_signals: bool = False
    """true keeps good_percent as an Application Signals SLO too, for its reports and budgets over 30 days; false, since
    the burn-rate alarms need none, and the account has to have Application Signals switched on"""
    step_milliseconds: dict[ModelName, Annotated[float, Field(gt=0)]] = Field(default_factory=dict, max_length=10)
    """p90 of one sampling step in milliseconds by model, as measured when all was well; at most 10 models"""
    usd_per_image: float | None = Field(default=None, gt=0)
    """US dollars that an image should cost, above 0; left out: no alarm on it"""
    slow_seconds: float = Field(default=60, gt=0)
    """seconds after which a trace counts as slow; the worker's own objectives are finer (by model, steps, pixels)"""


Dashboard = Literal["on-call", "latency", "capacity", "gpu", "cost", "telemetry"]
DASHBOARDS: tuple[Dashboard, ...] = get_args(Dashboard)


class MonitoringSettings(Settings):
    """How a service is watched; every default can be defended, so an empty one is a working one."""

    models: tuple[ModelName, ...] = Field(default=(), max_length=100)
    """models that can be chosen on dashboards, as the worker names them; at most 100, since each is billed 17
    custom metrics"""
    dashboards: tuple[Dashboard, ...] = DASHBOARDS
    """the dashboards to make; each costs 3 US dollars a month beyond the account's first three"""
    objectives: Objectives = Objectives()
    """what the service promises its users"""
    alarms: dict[str, AlarmOverride] = Field(default_factory=dict)
    """differences from the alarm catalogue (docs/alarms.md), by alarm id"""
    probe: ProbeSettings | None = None
    """a canary that asks for a tiny image, and pages when it gets none; left out: none, since only you know how your
    service is asked"""
    bands: BandSettings = BandSettings()
    """what is learnt to be usual, by hour and weekday; left out: nothing, since a constant that is known is better"""
    owner: Name | None = None
    """one of the environment's owners, who is told of this service; left out: the environment's contacts"""

    @model_validator(mode="after")
    def _burn_in_reach(self) -> MonitoringSettings:
        highest = 100 / (100 - self.objectives.good_percent)
        for alarm, override in self.alarms.items():
            if alarm.startswith("slo-") and override.threshold is not None and override.threshold >= highest:
                raise ValueError(
                    f"alarms.{alarm}: at good_percent {self.objectives.good_percent:g} the budget burns at most "
                    f"{highest:g} times its rate, when all requests fail; {override.threshold:g} is out of reach"
                )
        return self

    @model_validator(mode="after")
    def _steps_have_a_twin(self) -> MonitoringSettings:
        if self.bands.steps and not self.objectives.step_milliseconds:
            raise ValueError("bands.steps needs objectives.step_milliseconds, the baselines of its static twin")
        return self

    _dashboards_once = field_validator("dashboards")(each_once)

    @field_validator("models")
    @classmethod
    def _models_apart(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if twice := next((one for one in value if [two.lower() for two in value].count(one.lower()) > 1), None):
            raise ValueError(f"{twice} stands there twice; names that differ in case alone are one to CloudFormation")
        return value

    @field_validator("alarms")
    @classmethod
    def _known_alarms(cls, value: dict[str, AlarmOverride]) -> dict[str, AlarmOverride]:
        # Imported late: the catalogue reads these models.
        from ..alarms.overrides import misfit

        for alarm, override in value.items():
            if problem := misfit(alarm, override):
                raise ValueError(problem)
        return value


class ServiceSettings(MonitoringSettings):
    """A service and its fleet."""

    fleet: FleetSettings
    """where the workers run, and what they cost"""
    budget_usd: float | None = Field(default=None, gt=0)
    """the service's part of the monthly budget in US dollars, above 0; left out: what its plan costs in a
    month, and at most the whole budget"""
    idle_guard: IdleGuardSettings | None = None
    """what may be done about GPUs that idle; left out: nothing but the alarms"""

    @model_validator(mode="after")
    def _guard_knows_group_and_queue(self) -> ServiceSettings:
        if self.idle_guard and not (self.fleet.auto_scaling_group and self.fleet.queue):
            raise ValueError("idle_guard is for a fleet with auto_scaling_group and queue")
        for alarm, why in (("paying-for-nothing", "waits for"), ("blind", "does nothing without")):
            if self.idle_guard and alarm in self.alarms and not self.alarms[alarm].enabled:
                raise ValueError(f"idle_guard {why} the alarm {alarm}, which is switched off")
        return self
