"""The pages: a server-rendered site over the services, which never sees storage or settings."""
