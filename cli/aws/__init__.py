"""What AWS says of a deployed environment."""
