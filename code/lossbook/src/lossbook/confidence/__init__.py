"""The chapter on confidence: what it computes, draws and shows live."""
