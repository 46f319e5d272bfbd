"""What is true: one folder a feature. Nothing below here knows of Discord."""
