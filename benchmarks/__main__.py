"""`python -m benchmarks`: the engine, presets, features, then whole processes; half an hour in all.

`python -m benchmarks.learning` needs Torch and runs by itself.
"""

from benchmarks import engine, features, presets, process

engine.main([])
presets.main([])
features.main([])
process.main(["--long"])
