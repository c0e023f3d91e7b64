"""Facts on their way between a store and elsewhere: the same tables as Arrow, in Parquet and in a warehouse.

`tables` declares them once; `exporting` streams them out of a store in an order of their own; `loading` takes
them in through the store's append path, each row accepted, known already, or quarantined with its reason;
`parquet` keeps them in a folder. What is exported and loaded elsewhere decides the same and exports the same.
"""
