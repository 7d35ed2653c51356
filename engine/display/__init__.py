"""What a person sees, in the spirit of Pulumi's own text.

words (verbs and symbols) · values and changes (property bags as lines, pure) · log (diagnostics) · progress (a line
for each step) · tree (`--diff`: each resource with what changes in it) · summary (counts).
"""
