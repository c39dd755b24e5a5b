import { composeArchiveCall } from '#compose'
import { loadArchiveCallEnvironment } from '#config/environment'
import { createHandler } from '#functions/archive-call/handler'

export const handler = createHandler(composeArchiveCall(loadArchiveCallEnvironment()))
