"""Linear programs as values, HiGHS behind them, and the certificates of optima."""
