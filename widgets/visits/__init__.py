"""Dialogs about visits: a new one, where one is, its bill, its charges. Any page may open them."""
