"""``python -m tenfold.cli``."""

import sys

from . import main

sys.exit(main())
