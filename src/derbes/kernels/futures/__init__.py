"""The myopic rule over many futures at once, `LANES` of them side by side.

The equations are those of `derbes.kernels.myopic`; the tables have one row for each good,
activity, line, ... and one column for each lane.
"""
