"""What answers to surveys say: scores with their intervals, and whom they may be asked of. Pure."""
