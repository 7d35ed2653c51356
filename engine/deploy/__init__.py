"""From registrations to steps to state.

Pure: goal (what the program asks for), aliases, differences, decide (old state + goal + diff → action), graph (orders).
Acting: steps (one change in the cloud, recorded), providers (default ones), registration, deletion, refreshing,
importing. `deployment` holds what they share in one run.
"""
