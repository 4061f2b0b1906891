"""What is read: arguments and tables, from text to batches of vectors."""
