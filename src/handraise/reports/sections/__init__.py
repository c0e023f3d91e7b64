"""The sections of the report, one a file; each is a function of the inputs and their summary."""
