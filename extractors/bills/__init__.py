"""Bills, settlements and certificates: one account, one period, one quantity, with meter tables and price tables as witnesses."""
