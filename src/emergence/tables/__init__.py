"""One module per table: from the tables of earlier stages to the rows that are printed."""
