"""`thea evaluate`: from cases to tables, diagrams and a page."""
