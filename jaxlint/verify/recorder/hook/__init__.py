"""A folder to put on the path of a program that is to be recorded."""
