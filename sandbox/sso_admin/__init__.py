"""IAM Identity Center (sso-admin): permission sets, and who is assigned where.

`instance` is the state, indexed; `operations` what runs asynchronously; `provisioning` what an operation does, and
`roles` the roles that it leaves in accounts. `api` joins the calls: `permission_sets`, `attachments`, `assignments`.
Applications, trusted token issuers and access control attributes are not simulated.
"""
