"""What monitoring costs a month, before it is deployed: priced tables, and quantities from the templates."""

from .cost import cost, gpu_bill, total
from .difference import Difference, difference
from .limit import limit_of
from .line import Assumptions, Line
from .table import AS_OF, PRICES, Price

__all__ = [
    "AS_OF",
    "PRICES",
    "Assumptions",
    "Difference",
    "Line",
    "Price",
    "cost",
    "difference",
    "gpu_bill",
    "limit_of",
    "total",
]
