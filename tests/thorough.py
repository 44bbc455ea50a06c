"""SONOGRAPH_ALL=1 tests every member of the long families, where an ordinary run takes some of them."""

import os

ALL = bool(os.environ.get("SONOGRAPH_ALL"))
