"""The face of Thea: commands, reports and the console. It knows no rule."""
