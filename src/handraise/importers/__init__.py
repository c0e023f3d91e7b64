"""Files from elsewhere, turned into facts row by row; nothing is dropped or guessed.

`opening.open_import` recognises a file (`recognise`, or a `mapping`) and gives a `FileImport`, whose rows are each
taken or quarantined with column and reason. `content`, `csv_table`, `json_table`, `parquet_table` and `archives` read files; `schema`
says what the columns of a known export are called; one package a system, in it one module an object.
`known_tables` names those that hold nothing, and reads those that others need (`companions`).
"""
