"""`python -m server`: how a desk starts its own hub."""

import sys

from models.basics.wall import raise_where_told
from server.main import main

raise_where_told()
sys.exit(main())
