"""Quality, speed and memory, side by side with others; the same rows on every runner."""
