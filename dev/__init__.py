"""The code of bin/dev, bin/test and the checks: tooling, standard library only, never shipped."""
