"""How past answers come in: like every other fact, by file, page or request."""
