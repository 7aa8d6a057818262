"""The chapter *Why not accuracy?*: what it computes, draws and shows live."""
