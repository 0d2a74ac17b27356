"""Receipt printers: the language spoken over a wire, and rows of data about models. The bytes to print come from
elsewhere."""
