"""The one door to AWS: look-ups of the organization and of Identity Center, assignments, and their throttle.

Only this package imports boto3. What goes out of it are Remit's own values and errors; sessions, clocks and
sleeps come in from whoever composes. It decides nothing: what should be is the plan's question.
"""
