"""Stories → mail: when a digest is due, what is in it, how it looks, and how it is sent."""
