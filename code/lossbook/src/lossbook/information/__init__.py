"""The chapter on information: what it computes, draws and shows live."""
