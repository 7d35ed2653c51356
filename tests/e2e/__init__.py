"""The scenarios of the main job, from catalog to AWS and back, written once for both engines.

They run on the embedded engine, and on the Pulumi CLI too where `pulumi` is on PATH. `world.py` holds the
project, the sandbox and the engine of one scenario; the example is small, so that a run is quick.
"""
