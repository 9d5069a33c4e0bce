"""Metric math: its grammar, its values, its functions."""
