import { S3ServiceException } from '@aws-sdk/client-s3'

/** The HTTP status that S3 answered with, or undefined where it did not answer. */
export const statusOf = (error: unknown) => (error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined)

/** Honest only because the role may list the bucket: without that, S3 answers 403 for what is not there. */
export const isMissing = (error: unknown) => statusOf(error) === 404

/** `If-None-Match: *` found an object. */
export const isPreconditionFailed = (error: unknown) => statusOf(error) === 412

/** Another write of the same key is under way: neither stored nor not. */
export const isConflict = (error: unknown) => statusOf(error) === 409
