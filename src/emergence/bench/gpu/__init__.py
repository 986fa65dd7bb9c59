"""What a GPU does with the engines: are they right, how fast are they, what does the paper take."""
