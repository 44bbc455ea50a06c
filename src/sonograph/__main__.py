"""`python -m sonograph` is the command `sonograph`."""

from sonograph.cli import command

if __name__ == "__main__":
    command()
