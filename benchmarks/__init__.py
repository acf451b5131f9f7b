"""What is claimed is measured here: ``python -m benchmarks NAME`` prints a table and can write JSON.

Machines are shared and noisy, so a figure is the median of several and stands beside a reference from the same run.
"""
