"""Every fix that oxlint offers for JavaScript and TypeScript, one by one, under Thea's gate."""
