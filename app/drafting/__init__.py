"""Facts to sections to an official document, and the verifier that reads the document back.

The way is one-directional: ``source`` (what is known) → ``facts`` (every printable number with its origin) → ``compose``
(sections of typed inlines; no number outside them) → ``word`` (the .docx) and ``html`` (the preview). ``verify`` starts from
the bytes alone and trusts nothing that the writer left in them except what the facts and the corpus confirm.
"""
