#!/usr/bin/env python3
"""Proves an archive from the outside: a program that shares no code with callvault, only its published formats.

It reads every object that a manifest speaks of, recomputes each digest from the bytes, and compares it with the manifest and with the
checksum that the store itself keeps; it looks at versions, locks, the chain of revisions, and whether anything personal leaked.
Standard output gets one JSON summary {manifests, objects, unreferenced, problems}. Exit code: 0 without a problem, 1 with one,
2 where the archive could not be read. Credentials and region come from the AWS variables of the environment.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import rfc8785
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
from jsonschema.validators import validator_for

from verify_bucket import Bucket, hex_of, instant_of, is_url_with_query, segment_of, strings_in
from verify_catalog import Catalog

ARTIFACT_NAMES = ("record", "transcript", "recording")
LOCKED_PREFIXES = ("manifests/", "records/", "media/")
MANIFEST_KEY = re.compile(
    r"manifests/organization=(?P<organization>[^/]+)/year=(?P<year>\d{4})/month=(?P<month>\d\d)/day=(?P<day>\d\d)"
    r"/(?P<call>[^/]+)\.r(?P<revision>[1-9]\d*)\.json"
)
SIGNED_QUERY = re.compile(rb"x-amz-(signature|credential|security-token)", re.IGNORECASE)


class Verification:
    """One pass over an archive. Every check adds sentences to `problems`; none of them ends the pass."""

    def __init__(self, bucket, schema, forbidden):
        self.bucket, self.forbidden, self.validator = bucket, forbidden, validator_for(schema)(schema)
        self.versions, self.deleted = bucket.listing()
        self.problems = []
        self.digests = {}  # key of a manifest -> SHA-256 of its bytes
        self.manifests = {}  # key -> manifest, of those that are valid
        self.retentions = defaultdict(list)  # (key, version) of an artifact -> the retention in each manifest that references it

    def problem(self, where, sentence):
        self.problems.append(f"{where}: {sentence}")

    def run(self):
        for key in sorted(self.versions.keys() | self.deleted):
            count, marker = len(self.versions.get(key, [])), " and a delete marker" if key in self.deleted else ""
            if key.startswith(LOCKED_PREFIXES) and (count != 1 or marker):
                self.problem(key, f"has {count} versions{marker}, not one")
        for key in sorted(key for key in self.versions if key.startswith("manifests/")):
            self.guarded(self.check_manifest, key)
        if not self.digests:
            self.problem("manifests/", "no manifest was found")
        self.check_chains()
        for (key, version), retentions in sorted(self.retentions.items()):
            self.guarded(self.check_lock, key, version, retentions)
        for key, versions in sorted(self.versions.items()):
            self.check_nothing_personal(f"a key under {key.split('/')[0]}/", key)
            for version in versions:
                self.guarded(self.check_descriptions, key, version)

    def guarded(self, check, key, *arguments):
        """What the store refuses to hand out is a problem of that object, not the end of the pass."""
        try:
            check(key, *arguments)
        except (ClientError, IncompleteReadError) as error:
            self.problem(key, f"{check.__name__} was refused by the store: {error}")

    # Manifests --------------------------------------------------------------------------------------------------------------

    def check_manifest(self, key):
        version = self.versions[key][0]
        body = self.bucket.read(key, version)
        self.digests[key] = hashlib.sha256(body).hexdigest()
        try:
            manifest = json.loads(body.decode("utf-8"))
            if rfc8785.dumps(manifest) != body:
                self.problem(key, "is not canonical JSON (RFC 8785)")
        except (ValueError, rfc8785.CanonicalizationError) as error:
            return self.problem(key, f"is no JSON that has a canonical form ({type(error).__name__})")
        self.check_nothing_personal(key, body.decode("utf-8"))
        errors = sorted(f"{error.json_path} breaks '{error.validator}'" for error in self.validator.iter_errors(manifest))
        if errors:
            return self.problem(key, f"is not valid against the schema: {'; '.join(errors)}")

        self.manifests[key] = manifest
        self.check_place(key, manifest)
        self.check_checksum(key, version, self.digests[key], len(body))
        self.check_lock(key, version, [manifest["retention"]])
        if Counter(ARTIFACT_NAMES) != Counter(artifact["name"] for artifact in manifest["artifacts"]):
            self.problem(key, f"does not name each of {ARTIFACT_NAMES} once")
        for artifact in manifest["artifacts"]:
            if artifact["state"] == "stored":
                self.check_artifact(key, manifest, artifact)

    def check_place(self, key, manifest):
        place = MANIFEST_KEY.fullmatch(key)
        if not place:
            return self.problem(key, "is not where a manifest belongs")
        of_content = (segment_of(manifest["organizationId"]), segment_of(manifest["callId"]), str(manifest["revision"]))
        if place.group("organization", "call", "revision") != of_content:
            self.problem(key, f"holds the manifest of another organization, call or revision: {of_content}")
        started = manifest["callStartedAt"]
        if manifest["revision"] == 1 and started and started[:10] != "-".join(place.group("year", "month", "day")):
            self.problem(key, f"is not under the day on which the call started, {started[:10]}")

    def check_chains(self):
        chains = defaultdict(dict)
        for key, manifest in self.manifests.items():
            if manifest["revision"] in chains[manifest["callId"]]:
                self.problem(key, "is the second manifest of the same call and revision")
            chains[manifest["callId"]][manifest["revision"]] = key
        for chain in chains.values():
            for number, key in sorted(chain.items()):
                if number > 1 and number - 1 not in chain:
                    self.problem(key, f"is revision {number}, and there is no valid revision {number - 1}")
                else:
                    self.check_link(key, chain.get(number - 1))

    def check_link(self, key, previous):
        manifest = self.manifests[key]
        if manifest["previousManifestSha256"] != (self.digests[previous] if previous else None):
            self.problem(key, "previousManifestSha256 is not the SHA-256 of the manifest before it")
        if previous and manifest["contentSha256"] == self.manifests[previous]["contentSha256"]:
            self.problem(key, "commits nothing new: its contentSha256 is that of the revision before it")

    # Artifacts --------------------------------------------------------------------------------------------------------------

    def check_artifact(self, manifest_key, manifest, artifact):
        key, version, name = artifact["key"], artifact["versionId"], artifact["name"]
        home = f"{manifest_key.split('/', 1)[1].rsplit('/', 1)[0]}/{segment_of(manifest['callId'])}"
        form = rf"records/{re.escape(home)}\.\d+\.json" if name == "record" else rf"media/{re.escape(home)}/\d+/{name}\.[a-z0-9]+"
        if not re.fullmatch(form, key):
            self.problem(manifest_key, f"names an object that is not this call's {name}: {key}")
        checksum = artifact["storedChecksum"]
        if (checksum["algorithm"], checksum["type"], hex_of(checksum["value"])) != ("SHA256", "FULL_OBJECT", artifact["sha256"]):
            self.problem(manifest_key, f"storedChecksum and sha256 of its {name} differ")
        if version not in self.versions.get(key, []):
            return self.problem(key, f"is not there in version {version}, which {manifest_key} names")
        self.retentions[key, version].append(manifest["retention"])
        self.guarded(self.check_checksum, key, version, artifact["sha256"], artifact["bytes"])
        self.guarded(self.check_content, key, artifact, manifest)

    def check_checksum(self, key, version, digest, length):
        head = self.bucket.head(key, version)
        if head["ContentLength"] != length:
            self.problem(key, f"has {head['ContentLength']} bytes by the store's word, not {length}")
        checksum, kind = head.get("ChecksumSHA256"), head.get("ChecksumType")
        if hex_of(checksum or "") != digest or kind not in ("FULL_OBJECT", None):
            self.problem(key, f"the checksum that the store attests is {checksum} ({kind}), not that of {digest}")

    def check_content(self, key, artifact, manifest):
        digest, length, kept = hashlib.sha256(), 0, []
        for chunk in self.bucket.chunks(key, artifact["versionId"]):
            digest.update(chunk)
            length += len(chunk)
            if artifact["name"] == "record":
                kept.append(chunk)
        if (digest.hexdigest(), length) != (artifact["sha256"], artifact["bytes"]):
            self.problem(key, f"holds {length} bytes with SHA-256 {digest.hexdigest()}, not {artifact['bytes']} with {artifact['sha256']}")
        if artifact["name"] == "record":
            self.check_record(key, b"".join(kept), manifest)

    def check_record(self, key, body, manifest):
        try:
            record = json.loads(body.decode("utf-8"))
            ids = (record["id"], record["organizationId"])
        except (ValueError, KeyError, TypeError):
            return self.problem(key, "is no JSON record of a call")
        if ids != (manifest["callId"], manifest["organizationId"]):
            self.problem(key, "is the record of another call")
        signed = [path for path, text in strings_in(record) if is_url_with_query(text)]
        if signed or SIGNED_QUERY.search(body):
            self.problem(key, f"holds links with their query strings, at {signed}")

    def check_lock(self, key, version, retentions):
        """An object is kept as long as the longest of the revisions that reference it says."""
        head = self.bucket.head(key, version)
        mode, until = head.get("ObjectLockMode", "NONE"), head.get("ObjectLockRetainUntilDate")
        longest = max(instant_of(retention["retainUntil"]) for retention in retentions)
        if mode != retentions[-1]["mode"]:
            self.problem(key, f"its retention mode is {mode}, not {retentions[-1]['mode']}")
        elif mode != "NONE" and until != longest:
            self.problem(key, f"is retained until {until}, not {longest}")

    # What must be nowhere ---------------------------------------------------------------------------------------------------

    def check_descriptions(self, key, version):
        for description in self.bucket.descriptions(key, version):
            self.check_nothing_personal(f"metadata or tags of {key}", description)

    def check_nothing_personal(self, where, text):
        for number, pattern in self.forbidden:
            if pattern.search(text):
                self.problem(where, f"holds what line {number} of the forbidden strings says")

    def unreferenced(self, also_named=frozenset()):
        referenced = {key for key, _ in self.retentions} | also_named
        return sorted(key for key in self.versions if key.startswith(("records/", "media/")) and key not in referenced)


def read_forbidden(file):
    """A short word counts only where it stands alone: three letters are in many a checksum."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if words := line.strip():
            pattern = re.escape(words) if len(words) >= 5 else rf"(?<![^\W_]){re.escape(words)}(?![^\W_])"
            yield number, re.compile(pattern, re.IGNORECASE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", help="URL of the store (default: AWS itself)")
    parser.add_argument("--bucket", required=True)
    parser.add_argument("--table", help="compare the catalog's rows with the manifests too, of an archive at rest")
    parser.add_argument("--schema", required=True, type=Path, help="docs/manifest.schema.json")
    parser.add_argument("--forbid", type=Path, help="a file of strings, one a line, that must be in no manifest, key, tag or metadata")
    options = parser.parse_args()
    try:
        forbidden = list(read_forbidden(options.forbid)) if options.forbid else []
        schema = json.loads(options.schema.read_text(encoding="utf-8"))
        verification = Verification(Bucket(options.endpoint, options.bucket), schema, forbidden)
        verification.run()
        catalog = Catalog(options.endpoint, options.table) if options.table else None
    except (ClientError, BotoCoreError, OSError, ValueError) as error:
        print(f"The archive could not be read: {error}", file=sys.stderr)
        return 2
    for pk, sentence in catalog.differences(verification.manifests, verification.digests) if catalog else ():
        verification.problem(pk, sentence)
    summary = {
        "manifests": len(verification.digests),
        "objects": len(verification.retentions),
        "unreferenced": verification.unreferenced(catalog.named_keys() if catalog else frozenset()),
        "problems": verification.problems,
    }
    print(json.dumps(summary, indent=2, ensure_ascii=False))
    return 1 if verification.problems else 0


if __name__ == "__main__":
    sys.exit(main())
