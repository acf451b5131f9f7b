"""What a run of all benchmarks leaves behind: one file of tables a machine and commit, a report, and comparisons.

`parts` says what there is to measure, `run` measures each part in a process of its own, `store` keeps what came out,
`report` prints it, and `compare` sets two of them side by side.
"""
