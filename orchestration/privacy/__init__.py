"""Erasing a person, handing out what is known of one, and telling which columns are about people."""
