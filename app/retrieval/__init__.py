"""Finding the clause that answers: engines for vectors, lexical search, the clause index."""
