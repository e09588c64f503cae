"""The worker portal: sign-in, desk and pages."""
