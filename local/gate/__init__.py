"""The one gate in front of local AWS: who may ask what of it, before anybody reads a request."""
