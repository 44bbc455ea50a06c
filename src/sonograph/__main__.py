"""`python -m sonograph` is the command `sonograph`."""

import sys

from sonograph.cli import main

if __name__ == "__main__":
    sys.exit(main())
