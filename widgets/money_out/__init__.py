"""Taking payments back without a refund: void, delete, correct, returned check, dispute; netting refunds."""
