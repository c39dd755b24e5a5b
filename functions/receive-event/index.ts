import { composeReceiveEvent } from '#compose'
import { loadReceiveEventEnvironment } from '#config/environment'
import { createHandler } from '#functions/receive-event/handler'

export const handler = createHandler(composeReceiveEvent(loadReceiveEventEnvironment()))
