import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { createTelemetry, type Telemetry } from '#adapters/telemetry/telemetry'

export interface CapturedTelemetry extends Telemetry {
  /** What was logged so far, one object a line. */
  lines(): readonly Record<string, unknown>[]
  /** The names of the metrics that were added so far, in their order. */
  counted(): readonly string[]
}

/** The functions' own logger, writing where the test can read it and nobody else has to. */
export function captureTelemetry(serviceName: string): CapturedTelemetry {
  const telemetry = createTelemetry({ serviceName, functionName: serviceName, logLevel: 'DEBUG' })
  const output = new PassThrough()
  Object.assign(telemetry.log, { console: new Console({ stdout: output, stderr: output }) })
  const written: Buffer[] = []
  output.on('data', (chunk: Buffer) => written.push(chunk))
  const counted: string[] = []
  const addMetric = telemetry.metrics.addMetric.bind(telemetry.metrics)
  Object.assign(telemetry.metrics, {
    addMetric: (...metric: Parameters<typeof addMetric>) => {
      counted.push(metric[0])
      addMetric(...metric)
    },
  })
  return {
    ...telemetry,
    counted: () => counted,
    lines: () =>
      Buffer.concat(written)
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  }
}
