"""The nouns of Broadfold: frozen values that every room may use and that import nothing of ours."""
