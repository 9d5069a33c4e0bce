from __future__ import annotations

import json
from collections.abc import Iterator

from ..agent import PARAMETER, PREFIX
from ..finding import Fault
from ..project import Project
from ..resource import Resource, unknown
from ..rule import Rule


class AgentParameter(Rule):
    id = "DW067"
    title = "A parameter that the agent may not read"
    why = f"CloudWatchAgentServerPolicy reads only parameters whose name begins with {PREFIX}; any other fails."
    source = "Store the CloudWatch agent configuration file in Parameter Store"
    kinds = (PARAMETER,)

    def check(self, resource: Resource, project: Project) -> Iterator[Fault]:
        name, text = resource.properties.get("Name"), resource.properties.get("Value")
        if unknown(name) or not isinstance(text, str) or not isinstance(name, str) or name.startswith(PREFIX):
            return
        try:
            data = json.loads(text)
        except ValueError:
            return
        sections = [data.get(key) for key in ("metrics", "logs", "traces")] if isinstance(data, dict) else []
        if any(isinstance(one, dict) and any(key.endswith("_collected") for key in one) for one in sections):
            yield Fault(("Name",), f"{name!r} holds an agent's configuration", f"Name it {PREFIX}{name.lstrip('/')}")
