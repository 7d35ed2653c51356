"""What a run costs: `make bench` measures whole commands and writes docs/benchmarks.md.

`shape` says what is granted; `programs` are the two Pulumi programs that grant it, ours and the stock way;
`project`, `cloud` and `process` run one command of one engine against one sandbox and measure it; `experiments`
is the list of what is measured; `page` and `targets` write it down. Nothing here asserts a time, and pytest
does not collect it.
"""
