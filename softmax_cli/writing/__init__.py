"""What is written: answers as text for machines and for readers."""
