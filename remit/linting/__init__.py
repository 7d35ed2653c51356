"""The lint: what is allowed, and yet should make a reviewer stop.

`rule` is what a rule is and what it finds, `subject` what it looks at, `run` puts the rules of remit/rules to work,
`ignores` reads `# remit: ignore RULE reason`. The rest is what several rules know: `iam_facts` the actions, resources
and condition keys of AWS, `aws_policies` the names of its policies, `statements`, `administrators`, `overlap`, `reach`.
"""
