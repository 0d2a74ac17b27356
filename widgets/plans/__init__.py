"""Payment plans: the list of them, and the page of one."""
