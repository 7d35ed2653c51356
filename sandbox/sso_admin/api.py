"""The sso-admin API: all its calls in one."""

from __future__ import annotations

from sandbox.sso_admin.assignments import AssignmentCalls
from sandbox.sso_admin.attachments import AttachmentCalls
from sandbox.sso_admin.permission_sets import PermissionSetCalls


class SsoAdminApi(PermissionSetCalls, AttachmentCalls, AssignmentCalls):
    """One instance of Identity Center."""
