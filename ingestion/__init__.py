"""Any file → ``Document``: type by content, words with boxes, named values, cells with addresses; in a sandbox of its own."""
