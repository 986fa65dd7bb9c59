"""The papers. A package in name, so that no other package `paper` hides them."""
