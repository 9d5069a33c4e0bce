"""Alarms as CloudFormation describes them, read and checked."""
