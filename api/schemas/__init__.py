"""The shapes on the wire, one file for each noun. No table class is ever one of them."""
