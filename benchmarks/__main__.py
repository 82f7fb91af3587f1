"""`python -m benchmarks`."""

import os

from derbes.cli import ALGEBRA_THREADS

os.environ |= dict.fromkeys(ALGEBRA_THREADS, "1")  # before numpy is loaded, for all peers alike

from benchmarks.run import main

main()
