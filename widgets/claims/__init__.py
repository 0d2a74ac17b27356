"""Claims feed: visits with their charges, what insurers and patients pay of them, and money on account beside each."""
