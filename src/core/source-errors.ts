import { CallvaultError } from '#core/errors'

const count = (bytes: number) => bytes.toLocaleString('en-US')

/** 404 or 410: the link leads to nothing. When the wait is over the artifact is `lost`. */
export class SourceGoneError extends CallvaultError {
  readonly code = 'SOURCE_GONE'
  readonly disposition = 'retry'
  readonly status: number

  constructor(status: number) {
    super(`the link leads to nothing (${status})`)
    this.status = status
  }
}

/** 401 or 403: the link lapsed. The next attempt fetches the call again, which gives a fresh one. */
export class SourceLinkLapsedError extends CallvaultError {
  readonly code = 'SOURCE_LINK_LAPSED'
  readonly disposition = 'retry'

  constructor(status: number) {
    super(`the link is no longer honoured (${status})`)
  }
}

/** Another status, no answer, or redirects that lead nowhere. */
export class SourceUnavailableError extends CallvaultError {
  readonly code = 'SOURCE_UNAVAILABLE'
  readonly disposition = 'retry'

  constructor(what: string, options: { cause?: unknown } = {}) {
    super(`the source ${what}`, options)
  }
}

/** The source closed the connection before its declared length. The next attempt opens a fresh download. */
export class SourceEndedEarlyError extends CallvaultError {
  readonly code = 'SOURCE_ENDED_EARLY'
  readonly disposition = 'retry'

  constructor(receivedBytes: number, declaredBytes: number | undefined, options: { cause?: unknown } = {}) {
    super(`received ${count(receivedBytes)} of ${declaredBytes === undefined ? 'undeclared' : count(declaredBytes)} bytes`, options)
  }
}

/** The body is not what the artifact should be: an error page, an empty file, another encoding. Nothing was stored. */
export class SourceContentWrongError extends CallvaultError {
  readonly code = 'SOURCE_CONTENT_WRONG'
  readonly disposition = 'retry'

  constructor(what: string) {
    super(`the source does not look like what it should be: ${what}`)
  }
}

/** More bytes than one object can hold, or than the function's disk has where the length was not declared. */
export class RecordingTooLargeError extends CallvaultError {
  readonly code = 'RECORDING_TOO_LARGE'
  readonly disposition = 'park'

  constructor(bytes: number, limitBytes: number) {
    super(`${count(bytes)} bytes are more than the ${count(limitBytes)} that can be stored`)
  }
}

/** The function's disk is full with what else is spooled just now. The next attempt has it for itself. */
export class SpoolFullError extends CallvaultError {
  readonly code = 'SPOOL_FULL'
  readonly disposition = 'retry'

  constructor(bytes: number) {
    super(`the ephemeral disk was full after ${count(bytes)} bytes`)
  }
}

/** The link, or a redirect of it, points where no recording can be: a refusal, with an alarm. */
export class SourceAddressRefusedError extends CallvaultError {
  readonly code = 'SOURCE_ADDRESS_REFUSED'
  readonly disposition = 'halt'

  constructor(rule: string) {
    super(`the source's address is refused: ${rule}`)
  }
}
