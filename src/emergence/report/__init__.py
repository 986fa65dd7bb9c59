"""What a reader opens: the values behind the PDF, its compilation, and pages of the web report."""
