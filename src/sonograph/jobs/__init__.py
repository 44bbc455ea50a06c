"""Many inputs on many cores with one truthful result: where tasks run, and one run at a time into an output."""
