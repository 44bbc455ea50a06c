"""What recordings there are: their headers, their times, and a catalogue of both."""
