"""Money that patients pay from home, as the hub takes it. `offered.OnlineMoney` is what pages and plans ask for."""
