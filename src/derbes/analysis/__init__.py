"""Cover, leverage and what stands behind them, for every start."""
