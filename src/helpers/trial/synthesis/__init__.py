"""The generator of the synthetic IMPACT cohort: one module per part of a trial's data."""
