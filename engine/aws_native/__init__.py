"""A stand-in for Pulumi's stock aws-native plugin: the few resource types that Remit emits, over Cloud Control.

It is a resource provider plugin like any other (`python engine/aws_native ENGINE-ADDRESS` prints its port), so
the embedded engine starts it, and a Pulumi CLI that cannot download the stock plugin can. What it answers is
what pulumi-aws-native 1.84 answers for the same call, secrets markers and all: a state that one of them wrote is
a state that the other goes on from. It knows nothing of Remit.
"""
