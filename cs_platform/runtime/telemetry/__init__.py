"""What the platform tells Prometheus: requests counted in shared files, the rest asked of rows."""
