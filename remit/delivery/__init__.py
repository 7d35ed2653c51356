"""Sending messages: HTTP by urllib3, SNS by remit/aws. What is sent, and to whom, is remit/notify's business.

Addresses of webhooks are secrets: no error and no log line of this folder holds one.
"""
