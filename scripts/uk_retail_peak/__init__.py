"""Parts of `scripts/derive_uk_retail_peak.py`: one module per group of tables."""
