"""Damaged files for every reader: seeds that are whole, mutations that know their structure, and a runner that survives them.

``python -m evals.fuzz --count 20000 --seed 1 --state FILE`` runs (and resumes) so many files; see ``evals.fuzz.running`` for what is
held. Case ``n`` of a seed is always the same bytes.
"""
