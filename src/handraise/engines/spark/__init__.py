"""The Spark engine: facts from a folder of Parquet files, decided by many machines, decisions out as Parquet.

`routing` says which bucket every record, account and deal travels to; `shuffle` brings the facts there, once; `bucket`
makes a store of one bucket and asks the local engine about those who are at home in it; `deciding` hands out buckets.
"""
