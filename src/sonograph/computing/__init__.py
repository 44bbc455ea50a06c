"""From a sound and settings to a Spectrogram: whole, in pieces, or as a stream that has no end.

`work` turns settings into numbers for an engine, `pipeline` binds them to one kind of sound, `run` takes frames in
order through the stages; `spectrogram` and `stream` are the doors.
"""
