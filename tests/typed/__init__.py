"""Scripts as users write them, for a strict type checker: `make check` runs it, and nothing runs them."""
