"""What is judged and checked."""
