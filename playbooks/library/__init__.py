"""The shipped playbooks as YAML, and the reader that shipped and own ones go through."""
