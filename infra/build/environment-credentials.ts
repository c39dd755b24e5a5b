/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles.
 *
 * Lambda hands a function its role's credentials in the environment; the SDK's chain also carries SSO, web identity, config files,
 * the instance metadata service and what they need, some 100 KB that no function ever runs.
 */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = process.env
  if (!accessKeyId || !secretAccessKey) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set in the environment.')
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
