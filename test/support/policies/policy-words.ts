/** A template's own references, and the statements made of them: short enough that a policy is read at a glance. */
export const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })

export const under = (bucket: string, key = '*') => ({ 'Fn::Sub': `\${${bucket}.Arn}/${key}` })

export const OVER_TLS = { Bool: { 'aws:SecureTransport': 'false' } }

export const document = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })

/** Everybody. */
export const deny = (Sid: string, Action: unknown, Resource: unknown, Condition: object) => ({
  Sid,
  Effect: 'Deny',
  Principal: '*',
  Action,
  Resource,
  Condition,
})

export const allow = (Sid: string, service: string, Action: unknown, Resource: unknown, Condition: object) => ({
  Sid,
  Effect: 'Allow',
  Principal: { Service: `${service}.amazonaws.com` },
  Action,
  Resource,
  Condition,
})
