"""Use cases: they own the clock, transactions and the order of steps; everything below takes arguments."""
