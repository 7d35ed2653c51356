"""AWS in memory, in the shape of boto3's clients, for look-ups: it counts calls and pages as AWS does."""

# ruff: noqa: N803 - parameters have AWS's names

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

from remit.organization import Account, AccountState, Organization, OrganizationalUnit, Principal

INSTANCE = "arn:aws:sso:::instance/ssoins-1111111111111111"


def an_organization(accounts: int = 25, groups: int = 3) -> Organization:
    """Three nested units, `accounts` accounts spread over them and the root, one of them suspended."""
    units = ("Workloads", "Workloads/Prod", "Workloads/Prod/PCI", "Security")
    places = ("", *units)
    return Organization(
        organization_id="o-1",
        management_account="000000000000",
        accounts=tuple(
            Account(
                id=f"{number:012}",
                name=f"account-{number}",
                email=f"{number}@example.com",
                state=AccountState.SUSPENDED if number == 7 else AccountState.ACTIVE,
                ou=places[number % len(places)],
                tags={"number": str(number)},
            )
            for number in range(accounts)
        ),
        organizational_units=tuple(
            OrganizationalUnit(id=f"ou-{path.replace('/', '-').lower()}", path=path) for path in sorted(units)
        ),
        groups=tuple(Principal(id=f"g-{number:04}", name=f"group-{number:04}") for number in range(groups)),
        users=(Principal(id="u-1", name="ada"),),
        instance_arn=INSTANCE,
        identity_store_id="d-1",
        permission_sets={"Auditor": f"{INSTANCE}/ps-2", "Engineer": f"{INSTANCE}/ps-1"},
    )


class FakeSession:
    """A boto3 session over an organization.

    Set `paths` to false for an AWS that does not say where accounts are, and `states` for one that calls the state of
    an account its status.
    """

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.calls: Counter[str] = Counter()
        self.paths = True
        self.states = True
        self.empty_pages = False
        self.places: list[tuple[str, ...]] = []
        """For each list of all accounts, the units in whose lists the last of them then is: it is being moved."""
        self._moving: tuple[str, ...] | None = None
        self.unknown_parents: list[str] = []
        """For each list of all accounts, a unit that the first of them is said to be in, and that nobody knows."""
        self.instances = [{"InstanceArn": INSTANCE, "IdentityStoreId": "d-1"}]
        self.errors: dict[str, list[Exception]] = {}
        self._lock = Lock()

    def client(self, service: str, **_: Any) -> FakeClient:
        return FakeClient(self, service)

    def answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self.calls[operation] += 1
            if self.errors.get(operation):
                raise self.errors[operation].pop(0)
        answered: dict[str, Any] = getattr(self, operation)(**parameters)
        return answered

    def describe_organization(self) -> dict[str, Any]:
        found = self.organization
        return {"Organization": {"Id": found.organization_id, "MasterAccountId": found.management_account}}

    def list_roots(self, **page: Any) -> dict[str, Any]:
        return self._page("Roots", [{"Id": "r-1"}], page, 20)

    def list_organizational_units_for_parent(self, ParentId: str, **page: Any) -> dict[str, Any]:
        found = [
            {"Id": unit.id, "Name": unit.path.rpartition("/")[2].replace("%2F", "/")}
            for unit in self.organization.organizational_units
            if self._id_of(unit.path.rpartition("/")[0]) == ParentId
        ]
        return self._page("OrganizationalUnits", found, page, 20)

    def list_accounts(self, **page: Any) -> dict[str, Any]:
        found = [self._raw(account) for account in self.organization.accounts]
        if not page:
            self._moving = self.places.pop(0) if self.places else None
        if self.unknown_parents and not page:
            found[0] = {**found[0], "Paths": [f"o-1/r-1/{self.unknown_parents.pop()}/{found[0]['Id']}/"]}
        return self._page("Accounts", found, page, 20)

    def list_accounts_for_parent(self, ParentId: str, **page: Any) -> dict[str, Any]:
        found = [self._raw(each) for each in self.organization.accounts if ParentId in self._parents_of(each)]
        return self._page("Accounts", found, page, 20)

    def _parents_of(self, account: Account) -> list[str]:
        moving = self._moving is not None and account is self.organization.accounts[-1]
        return [self._id_of(path) for path in (self._moving or () if moving else (account.ou,))]

    def list_tags_for_resource(self, ResourceId: str, **page: Any) -> dict[str, Any]:
        tags = self.organization.account_by_id[ResourceId].tags
        return self._page("Tags", [{"Key": key, "Value": value} for key, value in tags.items()], page, 20)

    def list_instances(self, **page: Any) -> dict[str, Any]:
        return self._page("Instances", self.instances, page, 10)

    def list_permission_sets(self, InstanceArn: str, MaxResults: int, **page: Any) -> dict[str, Any]:
        return self._page("PermissionSets", list(self.organization.permission_sets.values()), page, MaxResults)

    def describe_permission_set(self, InstanceArn: str, PermissionSetArn: str) -> dict[str, Any]:
        names = {arn: name for name, arn in self.organization.permission_sets.items()}
        return {"PermissionSet": {"Name": names[PermissionSetArn]}}

    def list_groups(self, IdentityStoreId: str, MaxResults: int, **page: Any) -> dict[str, Any]:
        groups = [{"GroupId": group.id, "DisplayName": group.name} for group in self.organization.groups]
        return self._page("Groups", groups, page, MaxResults)

    def list_users(self, IdentityStoreId: str, MaxResults: int, **page: Any) -> dict[str, Any]:
        users = [{"UserId": user.id, "UserName": user.name} for user in self.organization.users]
        return self._page("Users", users, page, MaxResults)

    def get_group_id(self, IdentityStoreId: str, AlternateIdentifier: Any) -> dict[str, Any]:
        return {"GroupId": self._named(self.organization.groups, AlternateIdentifier)}

    def get_user_id(self, IdentityStoreId: str, AlternateIdentifier: Any) -> dict[str, Any]:
        return {"UserId": self._named(self.organization.users, AlternateIdentifier)}

    @staticmethod
    def _named(principals: tuple[Principal, ...], identifier: dict[str, Any]) -> str:
        wanted = identifier["UniqueAttribute"]["AttributeValue"]
        for principal in principals:
            if principal.name == wanted:
                return principal.id
        raise an_error("ResourceNotFoundException", "GROUP not found.")

    def _raw(self, account: Account) -> dict[str, Any]:
        state = account.state.value
        states = {"State": state} if self.states else {"State": None, "Status": state}
        raw: dict[str, Any] = {"Id": account.id, "Name": account.name, "Email": account.email, **states}
        return {**raw, "Paths": [self._aws_path(account)]} if self.paths else raw

    def _aws_path(self, account: Account) -> str:
        parts = account.ou.split("/") if account.ou else []
        units = [self._id_of("/".join(parts[: end + 1])) for end in range(len(parts))]
        return "/".join(["o-1", "r-1", *units, account.id]) + "/"

    def _id_of(self, path: str) -> str:
        return next((unit.id for unit in self.organization.organizational_units if unit.path == path), "r-1")

    def _page(self, key: str, items: list[Any], page: dict[str, Any], size: int) -> dict[str, Any]:
        """A page from the token on. With `empty_pages`, an empty one comes before each that is not."""
        token = page.get("NextToken", "0")
        if self.empty_pages and not token.endswith("!"):
            return {key: [], "NextToken": f"{token}!"}
        start = int(token.rstrip("!"))
        more = {"NextToken": str(start + size)} if start + size < len(items) else {}
        return {key: items[start : start + size], **more}


class FakeClient:
    """A boto3 client: its methods are the session's answers."""

    def __init__(self, session: FakeSession, service: str) -> None:
        self._session = session
        self.service = service

    def __getattr__(self, operation: str) -> Callable[..., dict[str, Any]]:
        return lambda **parameters: self._session.answer(operation, parameters)


def an_error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")
