"""One pane per way of paying: card, cash, check, credit on account; and the pane for not collecting today."""
