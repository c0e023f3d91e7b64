"""Which rows of companies mean the same account: a lead's company, a file of a provider, accounts kept twice.

`companies` prepares a table (`domains`, `company_names`, `phones` say how each text is read), `blocking` picks the
pairs worth comparing, `levels` says for each pair what agrees and what does not, `weights` what that is worth, and
`accounts` answers: match, ask or none, with the evidence in words (`evidence`). Nothing here reads the store.
"""
