import { composeReconcileCalls } from '#compose'
import { loadReconcileCallsEnvironment } from '#config/environment'
import { createHandler } from '#functions/reconcile-calls/handler'

export const handler = createHandler(composeReconcileCalls(loadReconcileCallsEnvironment()))
