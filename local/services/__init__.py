"""What MiniStack lacks or does otherwise, a file for each AWS service."""
