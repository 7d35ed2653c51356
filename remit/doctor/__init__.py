"""What stands in the way of a run, found before it: the checks of `remit doctor`. Pure.

Each check is a function from what was observed (`remit.doctor.observed`) to findings. Nothing here calls AWS, or
starts a program. `remit.doctor.examination` says which check needs what, and in which order they come.
"""
