"""What surveys came to: scores side by side, one survey, and the answers behind each number."""
