"""The Cloud Control API: what the aws-native provider calls. Create, update and delete are asynchronous.

`resource_type` says what a type is; `managed_policy`, `permission_set` and `assignment` are the three that there are;
`requests` remembers what was asked and how it went; `api` the calls. Other types are TypeNotFoundException.
"""
