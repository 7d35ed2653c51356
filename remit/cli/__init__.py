"""The command line: options in, the core's answer out. Nothing is decided here.

Each verb is a module that `main` imports when it is asked for, so that `remit --help` is there at once.
"""
