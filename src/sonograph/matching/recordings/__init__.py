"""The same recording again: landmarks, an index of them on disk, and the search for where a sound lies in it."""
