"""Settings by the names that people type: other libraries' presets, and features."""
