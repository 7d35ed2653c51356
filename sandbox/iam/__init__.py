"""IAM over moto: what AWS enforces and moto does not, and the answers that moto leaves out.

`policies` the policies of each account · `holders` who holds them · `documents` and `checks` what IAM refuses ·
`roles` which roles there are to be assumed · `listings` GetAccountAuthorizationDetails and ListEntitiesForPolicy ·
`answers` IAM's XML · `api` ties them together. Everything else is moto's. The roles that Identity Center keeps in
accounts are `sandbox.sso_admin.roles`.
"""
