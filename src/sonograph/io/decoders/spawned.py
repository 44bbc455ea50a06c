"""A process of our own that reads a file for us with a library, and ends with us however we end."""

from __future__ import annotations

import os
import subprocess
import sys

from sonograph.io.door import OpenFile
from sonograph.jobs.life import keep, let_go


class Spawned:
    """A process where `main(descriptor, *words)` of a module of ours runs, within limits (megabytes, seconds of work).

    Its standard input is a pipe on which nothing is written, and which closes with this process.

    Raises
    ------
    OSError
        The system starts no more.
    """

    def __init__(self, module: str, file: OpenFile, limits: tuple[int, int], *words: str, **environment: str) -> None:
        from multiprocessing import Pipe  # loaded for the files that need a process only

        theirs, ours = Pipe(duplex=False)
        self._life = keep(ours)
        given = [str(file.descriptor), *map(str, limits), *words]
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603  our own module, no shell
                [sys.executable, "-P", "-m", "sonograph.io.decoders.confined", module, *given],
                bufsize=0,
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(file.descriptor,),
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment},
            )
        except BaseException:
            let_go(ours)
            raise
        finally:
            theirs.close()

    def end(self) -> None:
        """End it, whatever it is at."""
        self.process.kill()
        self.process.communicate()
        let_go(self._life)
