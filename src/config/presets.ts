const FIVE_MINUTES = 300

const HMAC_SHA256 = {
  type: 'hmac',
  algorithm: 'sha256',
  encoding: 'hex',
  secretEncoding: 'utf8',
  timestampUnit: 's',
  toleranceSeconds: FIVE_MINUTES,
} as const

const ED25519 = {
  type: 'ed25519',
  encoding: 'base64',
  secretEncoding: 'base64',
  timestampUnit: 's',
  toleranceSeconds: FIVE_MINUTES,
} as const

/**
 * How known senders prove themselves, each as its own documentation says: data, no code. A source may override what is written
 * here, but for the type.
 */
export const PRESETS = {
  /** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
  'standard-webhooks': { type: 'standard-webhooks', headerPrefix: 'webhook', toleranceSeconds: FIVE_MINUTES },

  /** https://docs.svix.com/receiving/verifying-payloads/how-manual */
  svix: { type: 'standard-webhooks', headerPrefix: 'svix', toleranceSeconds: FIVE_MINUTES },

  /** An HMAC credential as it is proposed: https://docs.vapi.ai/server-url/server-authentication */
  vapi: { ...HMAC_SHA256, signatureHeader: 'x-signature', timestampHeader: 'x-timestamp', payload: '{timestamp}.{body}' },

  /** The inline `server.secret`, sent along as it is. */
  'vapi-legacy': { type: 'token', header: 'x-vapi-secret', inPath: false },

  /** https://docs.retellai.com/features/secure-webhook */
  retell: {
    ...HMAC_SHA256,
    signatureHeader: 'x-retell-signature',
    headerForm: 'v={timestamp},d={signature}',
    payload: '{body}{timestamp}',
    timestampUnit: 'ms',
  },

  /** https://elevenlabs.io/docs/agents-platform/workflows/post-call-webhooks: its own libraries allow half an hour */
  elevenlabs: {
    ...HMAC_SHA256,
    signatureHeader: 'elevenlabs-signature',
    headerForm: 't={timestamp},v0={signature}',
    payload: '{timestamp}.{body}',
    toleranceSeconds: 1_800,
  },

  /** https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events */
  zoom: {
    ...HMAC_SHA256,
    signatureHeader: 'x-zm-signature',
    timestampHeader: 'x-zm-request-timestamp',
    prefix: 'v0=',
    payload: 'v0:{timestamp}:{body}',
  },

  /** https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks#webhook-signing */
  telnyx: {
    ...ED25519,
    signatureHeader: 'telnyx-signature-ed25519',
    timestampHeader: 'telnyx-timestamp',
    payload: '{timestamp}|{body}',
  },

  /** https://www.twilio.com/docs/usage/security#validating-requests: it has no time */
  twilio: {
    ...HMAC_SHA256,
    algorithm: 'sha1',
    encoding: 'base64',
    signatureHeader: 'x-twilio-signature',
    payload: '{url}{params}',
    toleranceSeconds: null,
  },

  /** AlloMia signs nothing and sets no header: its `callbackUrl` carries the token. */
  'allomia-callback': { type: 'token', header: 'x-callvault-token', inPath: true },

  token: { type: 'token', header: 'x-callvault-token', inPath: false },
} as const

/** What is usual, for a sender that no preset describes. */
export const TYPES = {
  'standard-webhooks': PRESETS['standard-webhooks'],
  hmac: HMAC_SHA256,
  ed25519: ED25519,
  token: PRESETS.token,
} as const

export type PresetName = keyof typeof PRESETS

/** What a sender asks before it sends its first event, by preset. */
export const CHALLENGES = {
  /** https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint */
  zoom: {
    typeAt: '/event',
    type: 'endpoint.url_validation',
    tokenAt: '/payload/plainToken',
    answer: { token: 'plainToken', proof: 'encryptedToken' },
  },
} as const
