"""Needs attention: payments and prints whose outcome is not known, decisions the hub refused."""
