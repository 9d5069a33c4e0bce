"""How alarms become states: windows, missing data, composites, actions."""
