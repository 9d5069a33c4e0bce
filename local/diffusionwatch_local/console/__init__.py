"""One page on loopback that draws deployed dashboards live.

It reads nothing but AWS's own API (ListDashboards, GetDashboard, GetMetricData, DescribeAlarms, FilterLogEvents), so
what it draws is what was deployed.
"""
