"""The user's program: a child process that connects to the monitor as under the Pulumi CLI."""
