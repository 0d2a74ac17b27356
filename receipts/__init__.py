"""What a receipt says, and how it looks on a roll, on a page and as text."""
