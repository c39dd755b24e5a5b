"""What verify_archive.py checks of the catalog, where it is given one."""

import json
import re

import boto3

SIGNED_LINK = re.compile(r"https?://[^\s\"]*\?|x-amz-signature", re.IGNORECASE)


class Catalog:
    """The rows of calls, as they are stored."""

    def __init__(self, endpoint, table):
        pages = boto3.client("dynamodb", endpoint_url=endpoint).get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        self.rows = {item["pk"]["S"]: item for page in pages for item in page["Items"] if item["sk"].get("S") == "call"}

    def named_keys(self):
        """Objects that a row knows of, committed or not."""
        return {row[f"{name}Key"]["S"] for row in self.rows.values() for name in ("transcript", "recording") if "S" in row.get(f"{name}Key", {})}

    def differences(self, manifests, digests):
        """Each row says what the newest manifest of its call says, no row claims a call that has none, and none holds a signed link."""
        newest = {f"call#{manifest['callId']}": key for key, manifest in sorted(manifests.items(), key=lambda entry: entry[1]["revision"])}
        for pk, row in self.rows.items():
            if row.get("state") == {"S": "archived"} and pk not in newest:
                yield pk, "is archived by its row, and has no valid manifest"
            if SIGNED_LINK.search(json.dumps(row, default=str)):
                yield pk, "its row holds a link with its query string"
        for pk, key in newest.items():
            wanted = attributes_of(manifests[key]) | {"manifestKey": {"S": key}, "manifestSha256": {"S": digests[key]}}
            if pk not in self.rows:
                yield pk, "has a manifest and no row"
            elif wrong := sorted(name for name, value in wanted.items() if self.rows[pk].get(name) != value):
                yield pk, f"its row differs from its newest manifest in {wrong}"


def attributes_of(manifest):
    attributes = {"revision": {"N": str(manifest["revision"])}, "contentSha256": {"S": manifest["contentSha256"]}}
    for artifact in manifest["artifacts"]:
        if artifact["name"] != "record":
            fields = {name: artifact[name] for name in ("state", "key", "sha256") if name in artifact}
            attributes |= {f"{artifact['name']}{name.title()}": {"S": value} for name, value in fields.items()}
    return attributes
