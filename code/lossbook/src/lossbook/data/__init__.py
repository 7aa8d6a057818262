"""The data of the lesson: handwritten digits, and the pictures of its fastai learner."""
