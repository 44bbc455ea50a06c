"""What can go wrong, as a tree.

    SonographError
    ├── SettingsError   (ValueError)   a setting, an option or an argument that cannot be
    ├── SourceError     (OSError)      a sound that cannot be read, or not whole
    │   └── TextError (both)            a file of settings or of a calibration that cannot be used
    ├── LimitError      (ValueError)   an answer larger than was allowed
    ├── OutputError     (OSError)      a place that cannot be written
    └── MissingExtra    (ImportError)  an optional package that is not installed

Each is also the built-in that a caller would expect. The command turns them into exit codes.
"""


class SonographError(Exception):
    """Anything that Sonograph refuses or cannot do."""


class SettingsError(SonographError, ValueError):
    """A setting, an option or an argument that cannot be."""


class SourceError(SonographError, OSError):
    """A sound that cannot be read, or not whole."""


class TextError(SourceError, SettingsError):
    """A text of settings or of a calibration that cannot be used: a fault of the file, not of an option."""


class LimitError(SonographError, ValueError):
    """An answer larger than was allowed."""


class OutputError(SonographError, OSError):
    """A place that cannot be written."""


class MissingExtra(SonographError, ImportError):
    """An optional package that is not installed."""
