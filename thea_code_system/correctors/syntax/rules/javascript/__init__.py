"""Rules on JavaScript and TypeScript."""
