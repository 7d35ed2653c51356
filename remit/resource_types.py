"""Pulumi's type tokens of what a state holds: components make them, the plugin serves them, the core reads them."""

from __future__ import annotations

# The remit plugin's (provider/).
ACCOUNT_ASSIGNMENTS = "remit:index:AccountAssignments"
APPLIED = "remit:index:Applied"
BARRIER = "remit:index:Barrier"
MANAGED_POLICIES = "remit:index:ManagedPolicies"
POLICY_RELEASE = "remit:index:PolicyRelease"
POLICY_REMOVAL = "remit:index:PolicyRemoval"
POLICY_WATCH = "remit:index:PolicyWatch"
REVOCATION_GUARD = "remit:index:RevocationGuard"

# Components, which hold resources together (components/).
ACCESS = "remit:index:Access"
ACCOUNT_POLICIES = "remit:index:AccountPolicies"
EVENT_CARRIER = "remit:index:EventCarrier"
EVENTS_TO_CI = "remit:index:EventsToCi"
PERMISSION_SETS = "remit:index:PermissionSets"
POOLED_POLICIES = "remit:index:PooledPolicies"

# The stock plugin's, and the engine's.
STOCK_MANAGED_POLICY = "aws-native:iam:ManagedPolicy"
STOCK_PERMISSION_SET = "aws-native:sso:PermissionSet"
STOCK_PROVIDER = "pulumi:providers:aws-native"
REMIT_PROVIDER = "pulumi:providers:remit"
STACK = "pulumi:pulumi:Stack"
