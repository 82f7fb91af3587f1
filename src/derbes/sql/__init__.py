"""Many rows at once: the table engine, files of Parquet, streams of Arrow."""
