"""Mappings: `mapping.yml` says what the columns of any other CSV or Parquet file mean."""
