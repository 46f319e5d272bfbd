"""What people touch: an interaction in, one service call, a message out. One file or folder a feature."""
