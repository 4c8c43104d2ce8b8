"""The sample newsroom: invented outlets with original texts, and the server that plays them."""
