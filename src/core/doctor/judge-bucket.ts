import { type Finding, judged, ok, PUT_BACK, problem } from '#core/doctor/finding'
import type { BucketEncryption, BucketLock } from '#core/ports/stack-inspection'

export const PUBLIC_ACCESS_SWITCHES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const

/** The bucket refuses objects that bring no lock; one of its own would lock reports as well, and for another time. */
export function judgeLock(lock: BucketLock | undefined, bucket: string): readonly Finding[] {
  const [subject, next] = ['object-lock', PUT_BACK] as const
  if (!lock?.isEnabled) {
    const enable = `aws s3api put-object-lock-configuration --bucket ${bucket} --object-lock-configuration ObjectLockEnabled=Enabled`
    return [problem(subject, 'Object Lock is off: nothing in the bucket can be locked', `${enable}; ${next}`)]
  }
  if (lock.defaultRetention !== undefined) {
    return [problem(subject, `the bucket locks by itself (${lock.defaultRetention}), and the stack has it lock nothing`, next)]
  }
  return [ok(subject, 'enabled; each object brings its own retention')]
}

export function judgeVersioning(status: string | undefined, bucket: string): readonly Finding[] {
  if (status === 'Enabled') return [ok('versioning', 'enabled')]
  const enable = `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`
  return [problem('versioning', `versioning is ${status?.toLowerCase() ?? 'off'}: what is put over an object destroys it`, enable)]
}

export function judgeEncryption(found: BucketEncryption | undefined, keyId: string | undefined): readonly Finding[] {
  if (found?.algorithm !== 'aws:kms') {
    return [problem('encryption', `the bucket encrypts with ${found?.algorithm ?? 'nothing'}, not with the stack's key`, PUT_BACK)]
  }
  if (!isSameKey(found.keyId, keyId)) {
    return [problem('encryption', `the bucket encrypts with another key than the stack's: ${found.keyId ?? "AWS's own"}`, PUT_BACK)]
  }
  return [ok('encryption', "KMS, with the stack's key")]
}

/** Told by id here, by ARN there. */
export const isSameKey = (one: string | undefined, other: string | undefined) =>
  one !== undefined && other !== undefined && one.split('/').at(-1) === other.split('/').at(-1)

export function judgePublicAccess(switches: Readonly<Record<string, boolean>> | undefined, bucket: string): readonly Finding[] {
  const off = PUBLIC_ACCESS_SWITCHES.filter((name) => !switches?.[name])
  const block = PUBLIC_ACCESS_SWITCHES.map((name) => `${name}=true`).join(',')
  const next = `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration ${block}`
  const problems =
    off.length === 0
      ? []
      : [problem('public-access', `public access is not blocked: ${off.join(', ')} ${off.length === 1 ? 'is' : 'are'} off`, next)]
  return judged('public-access', 'blocked, in all four ways', problems)
}
