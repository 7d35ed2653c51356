"""What a run did, for people and programs: made from the engine's event log, without a call to AWS.

`report` has the values, `events` reads the log that both engines write, the others turn steps into words. Pure: files
and processes are the command line's business.
"""
