"""What customers of the demo company answered: from the hidden satisfaction of the day."""
