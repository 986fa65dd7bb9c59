"""The engine in PyTorch, for CPU and GPU."""
