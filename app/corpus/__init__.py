"""Reads the data of policy_corpus/ into typed values; the only room that knows how that folder is laid out."""
