"""The chapter on other losses: what it computes, draws and shows live."""
