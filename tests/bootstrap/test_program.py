"""What the bootstrap makes, where, and with which properties. The plugin of pulumi-aws is not needed."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pulumi
import pytest

from remit.aws.permissions import Feature, hub_apply_policy, hub_preview_policy, spoke_policy
from tests.bootstrap.conftest import DELEGATED, INSTANCE, MANAGEMENT, ROOT, Recorder, Run

SIGNER = "token.actions.githubusercontent.com"
APPLY, PREVIEW = (f"arn:aws:iam::{MANAGEMENT}:role/remit-{each}" for each in ("apply", "preview"))
BUCKET = f"arn:aws:s3:::remit-state-{MANAGEMENT}"


@pytest.fixture
def made(run: Run) -> Recorder:
    return run()


def ci_trust(subjects: list[str], account: str = MANAGEMENT) -> Any:
    provider = f"arn:aws:iam::{account}:oidc-provider/{SIGNER}"
    condition = {"StringEquals": {f"{SIGNER}:aud": "sts.amazonaws.com", f"{SIGNER}:sub": subjects}}
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}


def spoke_trust(callers: list[str], accounts: list[str], **more: Any) -> Any:
    condition = {"ArnEquals": {"aws:PrincipalArn": callers}, **more}
    principals = [f"arn:aws:iam::{each}:root" for each in accounts]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}


def test_ci_takes_the_hub_roles_by_repository_and_branch_or_environment(made: Recorder) -> None:
    provider = made.one("iam/openIdConnectProvider:OpenIdConnectProvider")
    assert provider == {"url": f"https://{SIGNER}", "clientIdLists": ["sts.amazonaws.com"]}
    preview = ["repo:northwind/access:pull_request", "repo:northwind/access:ref:refs/heads/main"]
    assert made.trust("hub/remit-preview") == ci_trust(preview)
    apply = ["repo:northwind/access:environment:dev-run", "repo:northwind/access:environment:prod-run"]
    assert made.trust("hub/remit-apply") == ci_trust(apply)


def test_the_rights_are_those_of_the_table_and_nothing_else(made: Recorder) -> None:
    features = {Feature.WHO}
    preview, apply = made.policies("remit-preview"), made.policies("remit-apply")
    assert preview["remit"] == hub_preview_policy(spoke_role="", instance_arn=INSTANCE, features=features)
    assert apply["remit"] == hub_apply_policy(instance_arn=INSTANCE, features={*features, Feature.MANAGEMENT})
    assert set(preview) == set(apply) == {"remit", "state"}
    assert made.policies("RemitSpoke") == {"remit": spoke_policy(account=MANAGEMENT, features=features)}
    roles = made.of("iam/role:Role")
    assert roles.keys() == {"hub/remit-preview", "hub/remit-apply", "spoke"}
    assert not any(role.keys() & {"managedPolicyArns", "inlinePolicies"} for role in roles.values())


def test_settings_give_and_take_rights(run: Run) -> None:
    topic = "arn:aws:sns:eu-central-1:111111111111:access"
    options: dict[str, Any] = {"who": False, "accessAnalyzer": True, "topics": [topic], "fanOut": "pooled"}
    made = run(**options, detachOnDelete=True, policyPath="/access/")
    features = {Feature.ANALYZER, Feature.MANAGEMENT}
    assert made.policies("remit-apply")["remit"] == hub_apply_policy(
        instance_arn=INSTANCE, topics=[topic], features=features
    )
    spoke = spoke_policy(account=MANAGEMENT, paths=["/access/"], aliases=False, detach_on_delete=True)
    assert made.policies("RemitSpoke") == {"remit": spoke}
    fine = run(fanOut="aliases").policies("RemitSpoke")["remit"]
    assert fine == spoke_policy(account=MANAGEMENT, pooled=False, features={Feature.WHO})


def test_the_preview_role_gets_into_no_account_and_writes_no_state(made: Recorder) -> None:
    actions = [
        action
        for policy in made.policies("remit-preview").values()
        for statement in policy["Statement"]
        for action in [statement["Action"]] * isinstance(statement["Action"], str) or statement["Action"]
    ]
    assert "sts:AssumeRole" not in actions
    assert not [each for each in actions if each.partition(":")[2].startswith(("Put", "Delete", "Encrypt", "Create"))]
    assert PREVIEW not in json.dumps(made.template)


def test_the_spoke_role_trusts_the_apply_role_alone_the_same_everywhere(made: Recorder) -> None:
    wanted = spoke_trust([APPLY], [MANAGEMENT])
    assert made.trust("spoke") == wanted
    assert made.template["Resources"]["SpokeRole"]["Properties"]["AssumeRolePolicyDocument"] == wanted


def test_external_id_boundary_path_and_operators_reach_every_spoke_role(run: Run) -> None:
    ada = "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123"
    options: dict[str, Any] = {
        "externalIds": ["remit-7f3a", "remit-80c1"],
        "permissionsBoundary": "boundaries/Workload",
        "operators": [ada],
    }
    made = run(spokeRole="platform/RemitSpoke", hubPermissionsBoundary="arn:aws:iam::aws:policy/X", **options)
    wanted = spoke_trust(
        [APPLY, ada], [MANAGEMENT, "333333333333"], StringEquals={"sts:ExternalId": options["externalIds"]}
    )
    here, there = made.of("iam/role:Role")["spoke"], made.template["Resources"]["SpokeRole"]["Properties"]
    assert json.loads(here["assumeRolePolicy"]) == there["AssumeRolePolicyDocument"] == wanted
    assert (here["name"], here["path"]) == (there["RoleName"], there["Path"]) == ("RemitSpoke", "/platform/")
    assert here["permissionsBoundary"] == f"arn:aws:iam::{MANAGEMENT}:policy/boundaries/Workload"
    in_account = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundaries/Workload"
    assert there["PermissionsBoundary"] == {"Fn::Sub": in_account}
    assert made.of("iam/role:Role")["hub/remit-apply"]["permissionsBoundary"] == "arn:aws:iam::aws:policy/X"
    spokes = made.policies("remit-apply")["remit"]["Statement"]
    assert ["arn:aws:iam::*:role/platform/RemitSpoke"] in [each["Resource"] for each in spokes]


def test_new_accounts_get_the_role_by_themselves_and_nothing_is_left_behind(made: Recorder, run: Run) -> None:
    stack_set = made.one("cloudformation/stackSet:StackSet")
    del stack_set["templateBody"], stack_set["description"]
    assert stack_set == {
        "name": "remit-spoke-role",
        "permissionModel": "SERVICE_MANAGED",
        "callAs": "SELF",
        "capabilities": ["CAPABILITY_NAMED_IAM"],
        "autoDeployment": {"enabled": True, "retainStacksOnAccountRemoval": False},
        "managedExecution": {"active": True},
        "operationPreferences": {"failureToleranceCount": 19, "maxConcurrentCount": 20},
    }
    instance = made.one("cloudformation/stackSetInstance:StackSetInstance")
    assert instance == {
        "stackSetName": "remit-spoke-role",
        "stackSetInstanceRegion": "eu-central-1",
        "callAs": "SELF",
        "retainStack": False,
        "deploymentTargets": {"organizationalUnitIds": [ROOT]},
        "operationPreferences": {
            "concurrencyMode": "SOFT_FAILURE_TOLERANCE",
            "failureToleranceCount": 0,
            "maxConcurrentPercentage": 100,
        },
    }
    some = run(organizationalUnits=["ou-ab12-cdefgh34"]).one("cloudformation/stackSetInstance:StackSetInstance")
    assert some["deploymentTargets"] == {"organizationalUnitIds": ["ou-ab12-cdefgh34"]}


def test_stack_instances_go_before_their_set_and_roles_before_whom_they_trust(made: Recorder) -> None:
    def waits_for(kind: str, name: str) -> set[str]:
        (found,) = [each for each in made.requests if each.type == f"aws:{kind}" and each.name == name]
        return {urn.split("::")[2].rpartition("$")[2] for urn in found.dependencies}

    assert "aws:cloudformation/stackSet:StackSet" in waits_for(
        "cloudformation/stackSetInstance:StackSetInstance", "spokes"
    )
    for role in ("hub/remit-preview", "hub/remit-apply"):
        assert "aws:iam/openIdConnectProvider:OpenIdConnectProvider" in waits_for("iam/role:Role", role)
        assert "aws:kms/key:Key" in waits_for("iam/rolePolicy:RolePolicy", f"{role}/state")
    versioning = waits_for("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "state")
    assert versioning == {"aws:s3/bucket:Bucket", "aws:s3/bucketVersioning:BucketVersioning"}
    assert not any(each.protect or each.retainOnDelete for each in made.requests), "destroy leaves nothing"
    assert waits_for("s3/bucketPolicy:BucketPolicy", "state") >= {
        f"aws:s3/bucket{each}:Bucket{each}"
        for each in (
            "PublicAccessBlock",
            "OwnershipControls",
            "ServerSideEncryptionConfiguration",
            "Versioning",
            "LifecycleConfiguration",
        )
    }, "whoever makes them could be locked out"


def test_the_bucket_is_versioned_encrypted_private_and_locked(made: Recorder) -> None:
    bucket = f"remit-state-{MANAGEMENT}"
    assert made.one("s3/bucket:Bucket") == {"bucket": bucket, "forceDestroy": False}
    assert made.one("s3/bucketVersioning:BucketVersioning")["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = made.one("s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")["rules"]
    assert rule["bucketKeyEnabled"]
    by_default = rule["applyServerSideEncryptionByDefault"]
    key = f"arn:aws:kms:eu-central-1:{MANAGEMENT}:key/k-1"
    assert by_default == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    private = made.one("s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    blocks = {"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"}
    assert private == {"bucket": bucket, **dict.fromkeys(blocks, True)}
    owner = made.one("s3/bucketOwnershipControls:BucketOwnershipControls")
    assert owner["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    (old,) = made.one("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")["rules"]
    assert (old["status"], old["noncurrentVersionExpiration"]) == ("Enabled", {"noncurrentDays": 365})
    assert old["expiration"] == {"expiredObjectDeleteMarker": True}, "no version that counts ever ends"


def test_the_bucket_policy_wants_tls_and_keeps_what_loses_a_state_from_the_hub_roles(made: Recorder, run: Run) -> None:
    policy = json.loads(made.one("s3/bucketPolicy:BucketPolicy")["policy"])
    assert {each["Effect"] for each in policy["Statement"]} == {"Deny"}, "nobody is given anything"
    tls, today, locked, own = policy["Statement"]
    assert all(each["Resource"] == [BUCKET, f"{BUCKET}/*"] for each in (tls, today, locked))
    assert (tls["Action"], tls["Principal"], tls["Condition"]) == (
        "s3:*",
        "*",
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    assert today["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    assert {"s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:PutBucketVersioning"} <= {*locked["Action"]}
    assert locked["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [PREVIEW, APPLY]}}
    assert own["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [PREVIEW, APPLY]}}
    assert {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} <= {*own["Action"]}
    admins = "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*"
    locked = json.loads(run(administrators=[admins]).one("s3/bucketPolicy:BucketPolicy")["policy"])["Statement"][2]
    caller = [f"arn:aws:iam::{MANAGEMENT}:role/{path}AWSReservedSSO_Admin_0123" for path in ("", "*/")]
    assert locked["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [admins, *caller]}}
    elsewhere = json.loads(
        run(administrators=[admins], delegatedAdministrator=DELEGATED).one("s3/bucketPolicy:BucketPolicy")["policy"]
    )["Statement"][2]
    maker = f"arn:aws:iam::{DELEGATED}:role/OrganizationAccountAccessRole"
    assert elsewhere["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [admins, maker]}}


@pytest.mark.parametrize(
    ("key", "theirs"),
    [
        ("stacks/remit-bootstrap/main.json", True),
        ("history/remit-bootstrap/main/main-1.history.json", True),
        ("backups/remit-bootstrap/main/main.1.json", True),
        ("locks/organization/remit-bootstrap/main/1.json", True),
        ("stacks/remit/prod.json", False),
        ("meta.yaml", False),
    ],
)
def test_no_hub_role_gets_at_the_state_of_the_bootstrap_itself(made: Recorder, key: str, *, theirs: bool) -> None:
    """It could have an administrator's next run do what it likes."""
    own = json.loads(made.one("s3/bucketPolicy:BucketPolicy")["policy"])["Statement"][3]
    assert (own["Effect"], own["Principal"]) == ("Deny", "*")
    assert fnmatchcase(f"{BUCKET}/.pulumi/{key}", own["Resource"]) is theirs


def test_the_key_turns_and_is_the_accounts_own(made: Recorder) -> None:
    key = made.one("kms/key:Key")
    assert key["enableKeyRotation"]
    assert key["deletionWindowInDays"] == 30
    root = {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}
    own = {"Sid": "Account", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    assert json.loads(key["policy"]) == {"Version": "2012-10-17", "Statement": [own]}
    assert made.one("kms/alias:Alias") == {"name": "alias/remit-state", "targetKeyId": "k-1"}
    url = "s3://remit-state-111111111111?region=eu-central-1&awssdk=v2"
    secrets = "awskms:///arn:aws:kms:eu-central-1:111111111111:alias/remit-state?region=eu-central-1"
    assert (made.outputs["backendUrl"], made.outputs["secretsProvider"]) == (url, secrets)
    assert (made.outputs["remit-preview"], made.outputs["remit-apply"]) == (PREVIEW, APPLY)


def test_the_apply_role_writes_states_in_that_bucket_alone(made: Recorder) -> None:
    bucket, states, key = made.policies("remit-apply")["state"]["Statement"]
    assert (bucket["Action"], bucket["Resource"]) == (["s3:GetBucketLocation", "s3:ListBucket"], BUCKET)
    assert states["Action"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    assert states["Resource"] == f"{BUCKET}/*"
    assert key["Action"] == ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"]
    assert key["Resource"] == f"arn:aws:kms:eu-central-1:{MANAGEMENT}:key/k-1"


def test_a_backend_elsewhere_needs_no_bucket_and_no_key(run: Run) -> None:
    made = run(stateBucket="none")
    assert not [each.type for each in made.requests if "s3" in each.type or "kms" in each.type]
    assert made.policies("remit-apply").keys() == {"remit"}
    assert "backendUrl" not in made.outputs


def test_what_is_delegated_moves_into_that_account_and_the_members_spoke_roles_stay(run: Run) -> None:
    made = run(delegatedAdministrator=DELEGATED)
    hub = next(each for each in made.requests if each.type == "pulumi:providers:aws" and each.name == "hub")
    assert f"arn:aws:iam::{DELEGATED}:role/OrganizationAccountAccessRole" in str(hub.object)
    assert made.one("organizations/delegatedAdministrator:DelegatedAdministrator") == {
        "accountId": DELEGATED,
        "servicePrincipal": "sso.amazonaws.com",
    }
    roles = made.made_in("iam/role:Role")
    assert roles == {"hub/remit-preview": "hub", "hub/remit-apply": "hub"}
    for kind in ("s3/bucket:Bucket", "kms/key:Key", "iam/openIdConnectProvider:OpenIdConnectProvider"):
        assert set(made.made_in(kind).values()) == {"hub"}
    assert set(made.made_in("cloudformation/stackSet:StackSet").values()) == {"management"}
    common = spoke_trust([f"arn:aws:iam::{DELEGATED}:role/remit-apply"], [DELEGATED])
    assert made.template["Resources"]["SpokeRole"]["Properties"]["AssumeRolePolicyDocument"] == common
    features = {Feature.WHO}
    assert made.policies("remit-apply")["remit"] == hub_apply_policy(instance_arn=INSTANCE, features=features)
    assert made.one("s3/bucket:Bucket")["bucket"] == f"remit-state-{DELEGATED}"


def test_a_delegation_of_somebody_else_is_left_alone(run: Run) -> None:
    made = run(delegatedAdministrator=DELEGATED, registerDelegatedAdministrator=False)
    assert not made.of("organizations/delegatedAdministrator:DelegatedAdministrator")


def test_a_delegation_outlives_the_program(run: Run) -> None:
    made = run(delegatedAdministrator=DELEGATED)
    kept = [each.type for each in made.requests if each.retainOnDelete]
    assert kept == ["aws:organizations/delegatedAdministrator:DelegatedAdministrator"]


def test_nothing_is_delegated_to_the_management_account(run: Run) -> None:
    with pytest.raises(pulumi.RunError, match=f"{MANAGEMENT} is the management account: leave the setting out"):
        run(delegatedAdministrator=MANAGEMENT)


def test_a_delegated_administrator_does_not_get_into_the_management_account(run: Run) -> None:
    ada = f"arn:aws:iam::{MANAGEMENT}:role/Ada"
    made = run(delegatedAdministrator=DELEGATED, operators=[ada])
    assert made.trust("spoke") == spoke_trust([ada], [MANAGEMENT])
    members = made.template["Resources"]["SpokeRole"]["Properties"]["AssumeRolePolicyDocument"]
    assert members == spoke_trust([f"arn:aws:iam::{DELEGATED}:role/remit-apply", ada], [MANAGEMENT, DELEGATED])


def test_a_stack_for_the_management_account_has_an_apply_role_there(run: Run) -> None:
    made = run(delegatedAdministrator=DELEGATED, managementEnvironments=["management-run"])
    (there, here) = (f"arn:aws:iam::{each}:role/remit-apply" for each in (DELEGATED, MANAGEMENT))
    assert made.trust("management-hub/remit-apply") == ci_trust(["repo:northwind/access:environment:management-run"])
    urns = [(each.type, each.parent.split("::")[2], each.name) for each in made.requests if each.parent]
    assert len(urns) == len({*urns}), "two resources of one name"
    assert made.trust("spoke") == spoke_trust([here], [MANAGEMENT])
    members = made.template["Resources"]["SpokeRole"]["Properties"]["AssumeRolePolicyDocument"]
    assert members == spoke_trust([there, here], [MANAGEMENT, DELEGATED])
    policy = json.loads(made.one("s3/bucketPolicy:BucketPolicy")["policy"])
    allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    key = json.loads(made.one("kms/key:Key")["policy"])["Statement"][1:]
    for each in (*allowed, *key):
        assert each["Principal"] == {"AWS": [f"arn:aws:iam::{MANAGEMENT}:root"]}
        assert each["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [here]}}
    assert (len(allowed), len(key)) == (2, 1)
    assert made.outputs.keys() >= {"remit-preview", "remit-apply", "management-remit-apply"}


def test_an_identity_provider_that_is_there_is_used(run: Run) -> None:
    arn = f"arn:aws:iam::{MANAGEMENT}:oidc-provider/{SIGNER}"
    made = run(oidcProviders=[arn])
    assert not made.of("iam/openIdConnectProvider:OpenIdConnectProvider")
    assert made.trust("hub/remit-apply")["Statement"][0]["Principal"] == {"Federated": arn}


def test_an_identity_provider_serves_the_hub_of_its_own_account_alone(run: Run) -> None:
    delegated: dict[str, Any] = {"delegatedAdministrator": DELEGATED, "managementEnvironments": ["management-run"]}
    there, here = (f"arn:aws:iam::{each}:oidc-provider/{SIGNER}" for each in (DELEGATED, MANAGEMENT))
    kind = "iam/openIdConnectProvider:OpenIdConnectProvider"
    for given, made_for in (([there], {"management-hub"}), ([here], {"hub"}), ([there, here], set[str]())):
        made = run(oidcProviders=given, **delegated)
        assert made.of(kind).keys() == made_for
        assert made.trust("hub/remit-apply")["Statement"][0]["Principal"] == {"Federated": there}
        assert made.trust("management-hub/remit-apply")["Statement"][0]["Principal"] == {"Federated": here}


def test_an_apply_role_lasts_as_long_as_a_job(made: Recorder) -> None:
    """The workflows ask for it: .github/actions/remit."""
    longest = {name: role.get("maxSessionDuration") for name, role in made.of("iam/role:Role").items()}
    assert longest == {"hub/remit-preview": None, "hub/remit-apply": 21600, "spoke": None}


def test_an_account_that_is_not_the_management_account_makes_nothing(run: Run) -> None:
    with pytest.raises(pulumi.RunError, match=f"of account {DELEGATED}.*the management account, {MANAGEMENT}"):
        run(caller=DELEGATED)


def test_wrong_settings_are_told_together_before_anything_is_made(run: Run) -> None:
    with pytest.raises(pulumi.RunError) as told:
        run(repository="northwind/*", externalIds=["x"], environments=[])
    text = str(told.value)
    assert len(text.splitlines()) == 3
    assert "remit-bootstrap:repository: 'northwind/*' is not OWNER/NAME" in text


def test_types_and_logical_names_are_frozen(made: Recorder) -> None:
    """A change of one of these makes a resource anew, unless it ships an alias."""
    names = {f"{each.type.rpartition(':')[2]} {each.name}" for each in made.requests if each.parent}
    state = ("Key", "Alias", "Bucket", "BucketPolicy", "BucketPublicAccessBlock", "BucketOwnershipControls")
    more = ("BucketServerSideEncryptionConfiguration", "BucketVersioning", "BucketLifecycleConfiguration")
    rights = (f"RolePolicy hub/remit-{role}/{policy}" for role in ("preview", "apply") for policy in ("remit", "state"))
    assert names == {
        "aws management",
        "HubRoles hub",
        "OpenIdConnectProvider hub",
        "Role hub/remit-preview",
        "Role hub/remit-apply",
        *rights,
        "SpokeRoles spokes",
        "StackSet spokes",
        "StackSetInstance spokes",
        "Role spoke",
        "RolePolicy spoke",
        "StateBackend state",
        *(f"{kind} state" for kind in (*state, *more)),
    }
