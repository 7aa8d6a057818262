"""What carries a book elsewhere: notebooks for download and Colab, live code on Binder, the whole book on paper."""
