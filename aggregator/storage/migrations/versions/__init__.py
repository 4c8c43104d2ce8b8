"""One file a step of the schema, written by hand and never changed once released."""
