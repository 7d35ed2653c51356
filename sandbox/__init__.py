"""A simulated AWS organization in one local HTTP server: no AWS account, no network, nothing to clean up.

Lives here: Organizations, the identity store, IAM Identity Center (sso-admin) and the Cloud Control API, written to
behave as AWS does where clients can see it; AWS's limits, and faults on demand. IAM, STS and every other service
are moto's. `sandbox.server` starts it; `python -m sandbox` is the same from a shell.
Does not live here: anything that a client has to know. Clients reach it by AWS's own environment variables.
"""
