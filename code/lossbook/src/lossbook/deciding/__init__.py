"""The chapter on deciding: thresholds, weights and the rare class; what it computes, draws and shows live."""
