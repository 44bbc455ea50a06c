"""Work with a name, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Task:
    """Work that may be done anywhere, more than once, and in parts.

    name      : a digest of all that the result depends on: inputs, settings, version (`identity.digest`)
    function  : called with an iterator of the items, then the arguments; it, they and its result can be pickled
    items     : what is worked on, one after another
    arguments : the same for all items
    seconds   : for each item, what a `Guard` allows it beyond its own; none: nothing
    """

    name: str
    function: Callable[..., Any]
    items: tuple[Any, ...]
    arguments: tuple[Any, ...] = ()
    seconds: tuple[float, ...] = ()

    def of(self, numbers: range | list[int]) -> Task:
        """The same work for some of the items.

        >>> Task("letters", sorted, ("b", "a", "c")).of(range(1, 3)).items
        ('a', 'c')
        """
        items = tuple(self.items[i] for i in numbers)
        return replace(self, items=items, seconds=tuple(self.seconds[i] for i in numbers) if self.seconds else ())


@dataclass(frozen=True)
class Outcome:
    """What came of a task or of some of its items: a result, an error that the function raised, or a lost process.

    task   : with those items that it speaks of
    result : what the function returned
    error  : what it raised
    lost   : how its process ended, in words that follow "it"; "" where it did not
    reason : a code for that: "crash", "time" or "memory"
    at     : the number of the item at which it ended; None where it was at none
    """

    task: Task
    result: Any = None
    error: BaseException | None = None
    lost: str = ""
    reason: str = ""
    at: int | None = None
