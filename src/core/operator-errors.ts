import { CallvaultError } from '#core/errors'
import type { MissingArtifact } from '#core/manifest-schema'

/** No stack of that name where the operator looks. */
export class StackNotFoundError extends CallvaultError {
  readonly code = 'STACK_NOT_FOUND'
  readonly disposition = 'park'

  constructor(name: string, where: string) {
    super(`there is no stack ${name} in ${where}`)
  }
}

/** AWS was not asked: there are no credentials, or no region, to ask with. */
export class AwsIdentityMissingError extends CallvaultError {
  readonly code = 'AWS_IDENTITY_MISSING'
  readonly disposition = 'park'

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(what, options)
  }
}

/** AWS knows who asks, and says no; or does not accept the credentials. */
export class AwsAccessDeniedError extends CallvaultError {
  readonly code = 'AWS_ACCESS_DENIED'
  readonly disposition = 'park'

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(`AWS refused to ${what}`, options)
  }
}

/** AWS did not answer, or not with anything useful. */
export class AwsUnavailableError extends CallvaultError {
  readonly code = 'AWS_UNAVAILABLE'
  readonly disposition = 'retry'

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(`AWS gave no useful answer when asked to ${what}`, options)
  }
}

/** No bucket of that name. */
export class BucketNotFoundError extends CallvaultError {
  readonly code = 'BUCKET_NOT_FOUND'
  readonly disposition = 'park'

  constructor(bucket: string, options: { cause?: unknown } = {}) {
    super(`there is no bucket ${bucket}`, options)
  }
}

/** Neither the catalog nor a message knows this call. */
export class CallUnknownError extends CallvaultError {
  readonly code = 'CALL_UNKNOWN'
  readonly disposition = 'park'

  constructor(callId: string, which = '') {
    super(`the archive has no call ${callId} ${which}`.trimEnd())
  }
}

/** The call is there, and has no bytes of this name (yet). */
export class ArtifactNotStoredError extends CallvaultError {
  readonly code = 'ARTIFACT_NOT_STORED'
  readonly disposition = 'park'

  constructor(callId: string, { name, state, reason }: MissingArtifact) {
    super(`the ${name} of ${callId} is ${state}${reason === undefined ? '' : ` (${reason})`}`)
  }
}

/** The source is known by public keys: what signs for it is its sender's alone. */
export class EventKeyMissingError extends CallvaultError {
  readonly code = 'EVENT_KEY_MISSING'
  readonly disposition = 'park'

  constructor() {
    super('the source is known by a public key, and nothing here signs for it')
  }
}

/** The stack's door does not take a test event, and would not the next time. */
export class EventRefusedError extends CallvaultError {
  readonly code = 'EVENT_REFUSED'
  readonly disposition = 'park'

  constructor(answer: string) {
    super(`the stack's door answered ${answer}`)
  }
}

/** The stack's door could not take a test event just now. */
export class EventNotTakenError extends CallvaultError {
  readonly code = 'EVENT_NOT_TAKEN'
  readonly disposition = 'retry'

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(`the stack's door ${what}`, options)
  }
}
