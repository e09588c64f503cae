"""What MiniStack lacks or does differently, a file for each AWS service."""
