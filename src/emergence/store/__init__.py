"""Files written whole, and what made them."""
