"""What watches the money, as deployed: cost meter, idle guard, budget, anomaly detection (docs/money.md)."""
