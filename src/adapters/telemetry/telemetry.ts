import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'

/** Who tells. */
export interface TelemetrySource {
  readonly serviceName: string
  /** With its stage, so that two stacks of one account share no metric. */
  readonly functionName: string
  readonly logLevel: LogLevel
}

/** Structured logs, and metrics in CloudWatch's embedded format: both are lines on standard output, no request is made. */
export interface Telemetry {
  readonly log: Logger
  readonly metrics: Metrics
}

export const createTelemetry = ({ serviceName, functionName, logLevel }: TelemetrySource): Telemetry => ({
  log: new Logger({ serviceName, logLevel }),
  metrics: new Metrics({ namespace: 'callvault', serviceName: functionName }),
})
