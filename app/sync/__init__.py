"""A desk's side of the line to the hub: joining, sending what happened here, fetching what happened elsewhere."""
