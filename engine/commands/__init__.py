"""The verbs: what the command line asks for, as requests to a Runner."""
