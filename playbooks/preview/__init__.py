"""What a playbook would have done in the past 90 days: asked for, worked, and kept to be read."""
