"""What the fuzzer is made of: seeds from real files, mutations, and the trial of a batch."""
