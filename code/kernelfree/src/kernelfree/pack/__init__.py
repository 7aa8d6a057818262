"""Pack the trees of all frames into one tree and, for each frame, what differs from it."""
