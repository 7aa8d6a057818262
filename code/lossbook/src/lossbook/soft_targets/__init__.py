"""The chapter on soft targets: what it computes, draws and shows live."""
