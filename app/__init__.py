"""lingtan: the assistant behind a Chinese factory's zero-carbon factory application.

A language model may propose, a person confirms, code computes, and every number and every claim has an address.
The rooms and the direction of imports are described in docs/architecture.md and enforced by import-linter.
"""

__version__ = "0.1.0"
