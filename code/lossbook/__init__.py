"""The mathematics and data of the lesson: what is true."""
