"""The words: playbook text to model and back, with places, checks, a JSON Schema and plain English.

`reader.read` gives a playbook or every problem at once; `writer.write` its canonical text, whose hash is the
version; `schema.schema` what editors check with; `english.sentence` and `signoff.english` what people sign;
`dependencies` what the evaluator needs to know before it starts.
"""
