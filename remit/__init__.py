"""The core: from a catalog and an organization to the desired set, purely.

`catalog` reads YAML into models, `organization` and `snapshot` are plain values, `selectors` say which
accounts, `plan` makes the desired set, `delta` compares it with what is live. Nothing here reads a clock,
an environment variable or the network; only `aws` talks to AWS and only `cli` prints.
"""
