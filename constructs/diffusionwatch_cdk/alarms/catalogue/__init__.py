"""The alarms of the catalogue, one class a file; found by alarms.discovery."""
