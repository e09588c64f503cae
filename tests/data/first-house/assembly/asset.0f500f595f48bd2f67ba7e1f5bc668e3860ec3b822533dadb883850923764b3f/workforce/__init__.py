"""The custom resources around a private workforce: what CloudFormation itself can't do for it."""
