"""Files of measured tables, read cell by cell: CSV dialects, parquet, literals, TFRecord."""
