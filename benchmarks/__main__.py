"""`python -m benchmarks`: the engine, presets, features, FLAC, then whole processes; half an hour in all.

`python -m benchmarks.learning` needs Torch and runs by itself.
"""

from benchmarks import engine, features, flac, presets, process

engine.main([])
presets.main([])
features.main([])
flac.main(600.0)
process.main(["--long"])
