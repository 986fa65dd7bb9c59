"""Where paper, authors' code and arithmetic disagree: statements in words, numbers computed."""
