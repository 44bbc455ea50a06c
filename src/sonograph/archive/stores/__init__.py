"""Where an archive lies: its files, on a disk or in a bucket, its arrays and its marks."""
