"""Messages in the product: what a product needs, and a page on which to see one."""
