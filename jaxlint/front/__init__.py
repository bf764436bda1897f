"""What people and tools touch: the command line, reports, the language server. Thin: all of it calls ``engine``."""
