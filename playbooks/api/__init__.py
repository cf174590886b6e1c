"""Addresses of the playbooks for machines: what chats press, and the API of plays and tasks."""
