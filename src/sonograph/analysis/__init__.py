"""What is asked of a whole sound and is not rows for each frame: its spectrum, its loudness, its tempo, where its
power really lies."""
