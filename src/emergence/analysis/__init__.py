"""From runs to numbers with intervals."""
