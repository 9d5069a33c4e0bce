"""Scenario files: series in, promises about alarms, answers out."""
