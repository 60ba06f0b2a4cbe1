"""Pure rules: no I/O, no ambient time, no randomness. Given the same documents they give the same rows."""
