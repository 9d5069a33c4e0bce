"""Dashboards as plain dictionaries, one module each; the construct hands them to AWS::CloudWatch::Dashboard."""

from __future__ import annotations

from .on_call import on_call

__all__ = ["on_call"]
