"""The composite alarms, one class a file; found by alarms.discovery."""
