"""The machine API: keys, bulk writes, answers a client may repeat. Errors are RFC 9457 problems."""
