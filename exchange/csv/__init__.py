"""Tables of patients, visits, practitioners and claim transactions, as practice systems export them."""
