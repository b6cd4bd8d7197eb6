"""Held-out layouts: seeded generators of documents that neither the demonstration's writers nor the extractor's fixtures resemble.

    make(class, seed) -> Sample        evals.layouts.catalogue
    run(count, seed) -> report         evals.layouts.running   (also ``python -m evals.layouts``)

Every sample is a real file (PDF, OFD, XML, XLSX) with its truth in the shape of the sample collection's ``expected.json``. The same class
and seed give the same document, so that a seed which once misled an extractor can be kept as a test.
"""
