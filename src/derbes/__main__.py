"""`python -m derbes` is the command line."""

import sys

from derbes.cli import main

if __name__ == "__main__":
    sys.exit(main())
