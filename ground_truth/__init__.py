"""What is known of Ground Truth and of an environment file: no CDK, no call to AWS."""
