"""One function per figure; no computing."""
