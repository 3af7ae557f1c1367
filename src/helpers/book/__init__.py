"""Floor 5: editions, parameters, execution, compilation and the command line."""
