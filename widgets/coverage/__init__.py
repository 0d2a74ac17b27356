"""What a patient's plan covers as far as anybody knows: the card, and benefits typed in."""
