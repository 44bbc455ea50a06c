"""Many inputs on many cores, one truthful result.

A `Task` is work with a name: a function and the items that it is done to. `run` yields what came of each as it ends,
wherever a `Place` does them: here, or in processes with limits, where an item that kills its process is found and fails
alone. A `Ledger` in a `WorkFolder` marks what is done once its data are there, so that a run killed at any moment goes
on where it was; a lock keeps a second run out. No process outlives the one that started it.
"""
