"""The clinic: what goes wrong with a loss in practice, with PyTorch's own messages and numbers."""

from lossbook.practice.messages import MESSAGES, Message, said, says

__all__ = ["MESSAGES", "Message", "said", "says"]
