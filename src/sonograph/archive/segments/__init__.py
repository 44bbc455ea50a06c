"""What a recording is: segments of files with their times, and clips; in columns where there are millions."""
