"""A plan, its tasks, doing them, and whether all is whole."""
