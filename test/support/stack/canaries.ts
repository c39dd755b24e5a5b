import { randomBytes } from 'node:crypto'

const canary = (what: string) => `canary-${what}-${randomBytes(9).toString('hex')}`
const number = () => `+1514555${String(randomBytes(2).readUInt16BE() % 10_000).padStart(4, '0')}${randomBytes(1).readUInt8() % 10}`

/** What must be found in no log, metric, key, tag, message, manifest or report: each a text that stands nowhere else. */
export function createCanaries() {
  return {
    /** In the provider's record of a call. */
    record: {
      userName: canary('user'),
      agentName: canary('agent'),
      teamName: canary('team'),
      phoneNumber: number(),
      userPhoneNumber: number(),
      userPrimaryIntent: canary('intent'),
      userSentiment: canary('sentiment'),
      callSummary: canary('summary'),
      callSummaryFr: canary('résumé'),
      callOutcome: canary('outcome'),
      fieldThatNobodyHasHeardOf: canary('unknown-field'),
    },
    transcript: canary('transcript'),
    /** In what senders send, beside what callvault reads. */
    body: canary('body'),
    header: canary('header'),
    query: canary('query'),
    /** In what is refused. */
    signature: canary('signature'),
    wrongToken: canary('wrong-token'),
    wrongSource: canary('wrong-source'),
    malformed: canary('malformed'),
    /** In an event on the bus. */
    busDetail: canary('bus-detail'),
    /** Secrets of the configuration. */
    pathToken: canary('path-token'),
    withdrawnKey: canary('withdrawn-key'),
  }
}

export type Canaries = ReturnType<typeof createCanaries>

export const textsOf = (canaries: Canaries): string[] =>
  Object.values(canaries).flatMap((value) => (typeof value === 'string' ? value : Object.values(value)))
