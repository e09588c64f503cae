"""What people look at and do between deployments, each as a verb of the Makefile."""
