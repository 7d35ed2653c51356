"""What a CI job tells its host: a comment that is updated in place, an issue that closes by itself, a pull request.

Here: the texts (pure), and two hosts behind one small interface, GitHub and GitLab, over their REST APIs. `remit ci`
is the only user. Not here: what the texts say of the catalog (`remit diff`, `remit drift`), the chat (`remit notify`).
"""
