"""`python -m devices.simulators pax|printer`: the same as `copaydesk simulate`."""

import sys

from devices.simulators.command import main

sys.exit(main(sys.argv[1:]))
