"""What all custom resources of this project share: how they answer, wait, log and complain."""
