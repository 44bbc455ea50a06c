"""A file system of fsspec's that is this machine's disk behind a connection which breaks, refuses and lies."""

import time
import types

from fsspec.implementations.local import LocalFileSystem


class Refused(OSError):
    """As `requests` says what a server said."""

    def __init__(self, code):
        super().__init__(f"{code} for url")
        self.response = types.SimpleNamespace(status_code=code)


class FaultyFiles(LocalFileSystem):
    """faulty:///path; of all that there are: `faults`, raised one by one by what is asked next, and `asked`.

    faults : of pairs: the call ("cat_file", "ls", "info", "connect") and an exception, or what is done instead
    asked : pairs of a call and what it was asked for
    """

    protocol = ("faulty",)
    faults, asked, at_once, most_at_once = [], [], 0, 0

    def __init__(self, **options):
        super().__init__(**options)
        self.met("connect", None)

    def met(self, call, of):
        FaultyFiles.asked.append((call, of))
        for fault in FaultyFiles.faults:
            if fault[0] == call:
                FaultyFiles.faults.remove(fault)
                if isinstance(fault[1], Exception):
                    raise fault[1]
                fault[1]()
                return

    def cat_file(self, path, start=None, end=None, **options):
        FaultyFiles.at_once += 1
        FaultyFiles.most_at_once = max(FaultyFiles.most_at_once, FaultyFiles.at_once)
        time.sleep(0.001)
        data = super().cat_file(path, start, end, **options)
        FaultyFiles.at_once -= 1
        self.met("cat_file", (start, end))
        return data

    def ls(self, path, detail=False, **options):
        self.met("ls", path)
        itself = {"name": path, "type": "directory", "size": 0}  # as some do
        return [itself, *super().ls(path, detail=True, **options)]

    def info(self, path, **options):
        if isinstance(path, str):
            self.met("info", path)
        return super().info(path, **options)
