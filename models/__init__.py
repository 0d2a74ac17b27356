"""What Copaydesk knows: money, rules, operations, the ledger, tables and the store. Imports nobody."""
