"""What verify_archive.py reads of the bucket, and the small readings of text that go with it."""

import base64
import hashlib
import re
from collections import defaultdict
from datetime import datetime
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
DESCRIPTIVE_HEADERS = ("Metadata", "ContentType", "ContentDisposition", "ContentLanguage", "CacheControl", "WebsiteRedirectLocation")


class Bucket:
    """The archive's bucket, read only. Checksums are left to us: the SDK's own check would hide a wrong one behind an exception."""

    def __init__(self, endpoint, name):
        config = Config(s3={"addressing_style": "path"}, response_checksum_validation="when_required")
        self.client, self.name = boto3.client("s3", endpoint_url=endpoint, config=config), name

    def listing(self):
        """Every key with its versions, and every key that bears a delete marker."""
        versions, deleted = defaultdict(list), set()
        for page in self.client.get_paginator("list_object_versions").paginate(Bucket=self.name):
            for version in page.get("Versions", []):
                versions[version["Key"]].append(version["VersionId"])
            deleted.update(marker["Key"] for marker in page.get("DeleteMarkers", []))
        return dict(versions), deleted

    def head(self, key, version):
        return self.client.head_object(Bucket=self.name, Key=key, VersionId=version, ChecksumMode="ENABLED")

    def read(self, key, version):
        return b"".join(self.chunks(key, version))

    def chunks(self, key, version):
        return self.client.get_object(Bucket=self.name, Key=key, VersionId=version)["Body"].iter_chunks(1 << 20)

    def descriptions(self, key, version):
        """All that was said about an object beside its content."""
        head = self.head(key, version)
        tags = self.client.get_object_tagging(Bucket=self.name, Key=key, VersionId=version)["TagSet"]
        return [*(str(head.get(name, "")) for name in DESCRIPTIVE_HEADERS), *(f"{tag['Key']}={tag['Value']}" for tag in tags)]


def segment_of(identifier):
    """How an id appears in a key."""
    plain = PLAIN_ID.fullmatch(identifier) and identifier not in (".", "..")
    return identifier if plain else f"~{hashlib.sha256(identifier.encode('utf-8')).hexdigest()[:32]}"


def hex_of(base64_text):
    """None where it is no base64: a composite checksum, for one, has a dash and a number of parts at its end."""
    try:
        return base64.b64decode(base64_text, validate=True).hex()
    except ValueError:
        return None


def instant_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def strings_in(value, path="$"):
    if isinstance(value, str):
        yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, child in children:
        yield from strings_in(child, f"{path}.{name}")


def is_url_with_query(text):
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and not re.search(r"\s", text) and bool(parts.query or parts.fragment)
