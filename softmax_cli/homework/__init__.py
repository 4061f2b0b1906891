"""Working, checks and verifications of an answer, as pages for a reader."""
