"""The pytest plugin is loaded wherever the distribution is installed, also by a worker's project without the extras."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
for name in ("numpy", "lark", "yaml", "orjson"):
    sys.modules[name] = None  # as if it were not installed
import cloudwatch_simulator.pytest_plugin
"""


def test_the_plugin_imports_where_the_simulators_own_needs_are_not_installed() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
