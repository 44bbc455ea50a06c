"""What an archive holds of its sound; a file each."""
