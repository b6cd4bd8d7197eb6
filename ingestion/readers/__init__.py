"""One module a file format, each with ``read(data: bytes) -> Content``; the modules beside them hold what formats share."""
