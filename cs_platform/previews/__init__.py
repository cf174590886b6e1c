"""What a draft would change on the whole portfolio: asked for, computed as a job, kept as rows."""
