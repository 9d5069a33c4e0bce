"""What the parts of the money are called.

>>> table_name("prod"), dead_letters_name("prod")
('diffusionwatch-prod-cost', 'diffusionwatch-prod-cost-dead-letters')
"""

from __future__ import annotations

from ..names import function_name


def table_name(environment: str) -> str:
    return function_name(environment, "cost")


def dead_letters_name(environment: str) -> str:
    return function_name(environment, "cost-dead-letters")
