"""Ways to more access than a policy seems to give, by the actions that each of them takes.

Collected from Rhino Security Labs, "AWS IAM Privilege Escalation: Methods and Mitigation" (the first that names them,
https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/), Bishop Fox, "IAM Vulnerable", and
Datadog's https://pathfinding.cloud. A way that needs iam:PassRole is listed once, as iam:PassRole: whichever service
takes the role is only a matter of time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Escalation:
    """`actions`, all together and on any resource, make it possible to `deed`."""

    actions: tuple[str, ...]
    deed: str


ESCALATIONS = tuple(
    Escalation(tuple(actions.split()), deed)
    for actions, deed in (
        ("iam:PassRole", "hand any role, an administrator's too, to a service and act through it"),
        ("iam:CreatePolicyVersion", "rewrite any customer managed policy, those of their own role among them"),
        ("iam:SetDefaultPolicyVersion", "bring back an older, wider version of any policy"),
        ("iam:AttachUserPolicy", "attach AdministratorAccess to any user"),
        ("iam:AttachGroupPolicy", "attach AdministratorAccess to any IAM group"),
        ("iam:AttachRolePolicy", "attach AdministratorAccess to any role"),
        ("iam:PutUserPolicy", "write any inline policy for any user"),
        ("iam:PutGroupPolicy", "write any inline policy for any IAM group"),
        ("iam:PutRolePolicy", "write any inline policy for any role"),
        ("iam:AddUserToGroup", "put a user into any IAM group"),
        ("iam:UpdateAssumeRolePolicy", "let themselves assume any role"),
        ("iam:CreateAccessKey", "make keys for any user"),
        ("iam:CreateLoginProfile", "set a password for any user who has none"),
        ("iam:UpdateLoginProfile", "set a new password for any user"),
        ("iam:DeleteRolePermissionsBoundary", "take away the boundary of any role"),
        ("iam:DeleteUserPermissionsBoundary", "take away the boundary of any user"),
        ("iam:PutRolePermissionsBoundary", "set a wider boundary on any role"),
        ("iam:PutUserPermissionsBoundary", "set a wider boundary on any user"),
        ("iam:CreateServiceSpecificCredential", "make credentials for any user"),
        ("iam:DeactivateMFADevice iam:UpdateLoginProfile", "take over any user who has MFA"),
        ("lambda:UpdateFunctionCode", "run their own code with the role of any Lambda function"),
        (
            "lambda:UpdateFunctionConfiguration lambda:PublishLayerVersion",
            "put their own layer into any Lambda function",
        ),
        ("glue:UpdateDevEndpoint", "reach the role of any Glue development endpoint"),
        ("ssm:StartSession", "open a shell on any instance that Systems Manager reaches, with its role"),
        ("ssm:SendCommand", "run commands with the role of any instance that Systems Manager reaches"),
        ("ec2-instance-connect:SendSSHPublicKey", "log in to any instance and use its role"),
        (
            "ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances",
            "run a script of theirs at an instance's boot",
        ),
        ("cloudformation:UpdateStack", "change any stack with the role that made it"),
        (
            "cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet",
            "change any stack with the role that made it",
        ),
        ("codebuild:StartBuild", "run their own build commands with the role of any CodeBuild project"),
        ("sagemaker:CreatePresignedNotebookInstanceUrl", "work in any notebook with its role"),
        ("sts:AssumeRole", "assume every role that trusts the account"),
        ("sso:CreateAccountAssignment", "give themselves any permission set, in any account"),
        ("sso:AttachManagedPolicyToPermissionSet", "attach AdministratorAccess to any permission set"),
        ("sso:PutInlinePolicyToPermissionSet", "write any inline policy for any permission set"),
        ("identitystore:CreateGroupMembership", "put themselves into any group of the directory"),
    )
)
