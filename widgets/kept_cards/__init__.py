"""Cards on file: the word of who lets one be kept, and the cards of an account."""
