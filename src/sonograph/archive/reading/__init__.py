"""What is stored, to work with: opened, over any stretch of time."""
