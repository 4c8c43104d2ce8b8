"""People and what they read: questions that pages, the API and the command line ask."""
