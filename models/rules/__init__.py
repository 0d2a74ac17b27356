"""Rules of the front desk as pure functions: what to collect, where money goes, change, names, dates, PINs."""
