from __future__ import annotations


class QueryError(ValueError):
    """A query that AWS would refuse, or that asks for what is not evaluated here; says which and where."""
