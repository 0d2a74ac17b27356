"""`python -m server`: how a desk starts its own hub."""

import sys

from server.main import main

sys.exit(main())
