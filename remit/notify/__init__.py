"""Messages about runs, drift and access that ends, for people in their chat. Pure: nothing here sends anything.

`inputs` is what the messages are made from, `digest` makes one message of it, `channels` says who gets it, and
`teams`, `slack`, `sns` and `webhook` write it as each of them wants it, within its limits. Sending: remit/delivery.
"""
