"""What `benchmarks.fuzz.__main__` is made of: the readers, the mutations, a trial of one input, and the guided run."""
