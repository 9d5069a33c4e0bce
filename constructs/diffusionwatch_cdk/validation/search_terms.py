"""The SEARCH calls of an expression."""

from __future__ import annotations

from collections.abc import Iterator

from cloudwatch_simulator.metric_math.grammar import Call, Node, Text


def searches(node: Node | None) -> Iterator[tuple[str, str]]:
    """What each SEARCH looks for, and its statistic.

    >>> from cloudwatch_simulator.metric_math.grammar import parse
    >>> list(searches(parse("SUM(SEARCH('{AWS/SQS,QueueName} Sent', 'Sum', 300))")))
    [('{AWS/SQS,QueueName} Sent', 'Sum')]
    """
    if not isinstance(node, Call):
        return
    if node.function == "SEARCH":
        texts = [argument.value for argument in node.arguments if isinstance(argument, Text)]
        yield (texts[0] if texts else "", texts[1] if len(texts) > 1 else "")
    for argument in node.arguments:
        yield from searches(argument)
