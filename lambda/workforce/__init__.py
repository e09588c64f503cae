"""The custom resources of a private workforce: what CloudFormation itself can't do for it."""
