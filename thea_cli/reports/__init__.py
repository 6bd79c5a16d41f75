"""Everything that a run can be rendered as."""
