"""Chat model adapters. Optional: everything works without one."""
