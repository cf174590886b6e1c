"""The numbers as pages and the API ask for them; every one opens what it is made of."""
