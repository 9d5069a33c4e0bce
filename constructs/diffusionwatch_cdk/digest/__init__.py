"""The alert digest as deployed: function, table, rules, role, and the alarms on itself (docs/digest.md)."""
