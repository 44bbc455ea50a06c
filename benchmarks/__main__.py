"""`python -m benchmarks`: the engine, then whole processes."""

from benchmarks import engine, process

engine.main([])
process.main(["--long"])
