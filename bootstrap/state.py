"""Pulumi's backend: a bucket for the states, and a key that encrypts them and the secrets in them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pulumi_aws import s3

from bootstrap.accounts import Place
from bootstrap.documents import bucket_policy, key_policy
from bootstrap.settings import Settings

TYPE = "remit-bootstrap:index:StateBackend"
ALIAS = "alias/remit-state"
_KEPT_DAYS = 365


class StateBackend(pulumi.ComponentResource):
    """`hubs` are the ARNs of all hub roles, `guests` those of another account than the bucket.

    `makers`: who runs this program there, as ARNs with globs: never locked out of what it makes.
    """

    def __init__(
        self, place: Place, settings: Settings, *, hubs: Sequence[str], guests: Sequence[str], makers: Sequence[str]
    ) -> None:
        super().__init__(TYPE, "state", None, None)
        self._below = place.below(self)
        self.bucket = settings.state_bucket or f"remit-state-{place.account}"
        self.key = aws.kms.Key(
            "state",
            description="Pulumi's states of Remit, and the secrets in them",
            enable_key_rotation=True,
            deletion_window_in_days=30,  # the longest: without the key every copy of a state is lost
            policy=json.dumps(key_policy(place.account, guests=guests)),
            opts=self._below,
        )
        aws.kms.Alias("state", name=ALIAS, target_key_id=self.key.key_id, opts=self._below)
        made = s3.Bucket("state", bucket=self.bucket, force_destroy=settings.state_force_destroy, opts=self._below)
        others = [*self._locked_down(made.bucket), *self._kept(made.bucket)]
        administrators = [*settings.administrators, *makers] if settings.administrators else []
        policy = bucket_policy(self.bucket, hubs=hubs, guests=guests, administrators=administrators)
        # It may lock whoever makes the others out, and so comes last.
        last = pulumi.ResourceOptions.merge(self._below, pulumi.ResourceOptions(depends_on=others))
        s3.BucketPolicy("state", bucket=made.bucket, policy=json.dumps(policy), opts=last)
        self.backend_url = f"s3://{self.bucket}?region={settings.region}&awssdk=v2"
        self.secrets_provider = (
            f"awskms:///arn:aws:kms:{settings.region}:{place.account}:{ALIAS}?region={settings.region}"
        )
        self.register_outputs({"backendUrl": self.backend_url, "secretsProvider": self.secrets_provider})

    def _locked_down(self, bucket: pulumi.Output[str]) -> list[pulumi.Resource]:
        private = s3.BucketPublicAccessBlock(
            "state",
            bucket=bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._below,
        )
        ownership = s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced")
        owned = s3.BucketOwnershipControls("state", bucket=bucket, rule=ownership, opts=self._below)
        by_default = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="aws:kms", kms_master_key_id=self.key.arn
        )
        encryption = s3.BucketServerSideEncryptionConfigurationRuleArgs(
            apply_server_side_encryption_by_default=by_default, bucket_key_enabled=True
        )
        encrypted = s3.BucketServerSideEncryptionConfiguration(
            "state", bucket=bucket, rules=[encryption], opts=self._below
        )
        return [private, owned, encrypted]

    def _kept(self, bucket: pulumi.Output[str]) -> list[pulumi.Resource]:
        """Every version for a year."""
        versioning = s3.BucketVersioning(
            "state",
            bucket=bucket,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._below,
        )
        old = s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(noncurrent_days=_KEPT_DAYS)
        rule = s3.BucketLifecycleConfigurationRuleArgs(
            id="old-versions",
            status="Enabled",
            filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            noncurrent_version_expiration=old,
            expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
        )
        after = pulumi.ResourceOptions.merge(self._below, pulumi.ResourceOptions(depends_on=[versioning]))
        return [versioning, s3.BucketLifecycleConfiguration("state", bucket=bucket, rules=[rule], opts=after)]
