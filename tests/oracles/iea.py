"""Days of oil imports in stock, as the International Energy Agency counts them."""

IEA_NAPHTHA_FREE_PRIMARY = 0.96
"""Crude and feedstocks count after 4 % naphtha yield (IEA)."""
IEA_PRODUCTS_TO_CRUDE = 1.065
"""Products count as the crude that makes them (IEA)."""
IEA_UNAVAILABLE = 0.9
"""A tenth of stocks cannot be drawn (IEA)."""


def iea_days_of_imports(
    primary_imports: float,
    product_imports: float,
    primary_stock: float,
    product_stock: float,
    *,
    days: float = 365.0,
) -> float:
    """Days of net imports that oil stocks cover, by the IEA's 90-day rule. [day]

    Net imports a day are (0.96 primary + 1.065 products) / days of the year before;
    stocks count as 0.9 (0.96 primary + 1.065 products) (iea.org/oilstocks).

    Args:
        primary_imports: Net imports of crude and feedstocks in a year. [Mt]
        product_imports: Net imports of products in a year. [Mt]
        primary_stock: [Mt]
        product_stock: [Mt]
        days: Days of that year. [day]

    Examples:
        >>> round(iea_days_of_imports(10.0, 2.0, 2.0, 0.8), 2)
        77.63
    """
    primary, products = IEA_NAPHTHA_FREE_PRIMARY, IEA_PRODUCTS_TO_CRUDE
    a_day = (primary * primary_imports + products * product_imports) / days
    stock = IEA_UNAVAILABLE * (primary * primary_stock + products * product_stock)
    return stock / a_day
