"""How long essential uses are met, and how many days of use are in stock."""

from derbes.cover.days import forward_cover, iea_days_of_imports
from derbes.cover.table import cover_table, good_cover

__all__ = ["cover_table", "forward_cover", "good_cover", "iea_days_of_imports"]
