"""A small deployment engine for an unmodified Pulumi program in Python, for use against a simulated cloud.

It stands where the Pulumi CLI would: it starts the program and the provider plugins, serves the program's resource
monitor over gRPC, and keeps Pulumi's own checkpoint format in the layout of its file backend. It knows nothing of
what is deployed, and it refuses to run unless AWS_ENDPOINT_URL is a loopback address. docs/limits.md says what it
leaves out.

    cli → run → deploy (steps) → plugins (gRPC) · state (checkpoint, journal) · monitor (gRPC) · display (text)
"""
