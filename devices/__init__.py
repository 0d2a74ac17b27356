"""Card terminals, receipt printers, cash drawers: drivers, wires, and simulators that behave like the hardware."""
