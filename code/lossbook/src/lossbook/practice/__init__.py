"""The chapter on practice: what it computes, draws and shows live."""
