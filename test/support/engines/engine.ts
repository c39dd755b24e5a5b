/** A server that a suite can store objects on. */
export interface S3Engine {
  /** With an address, not a name, so that the bucket goes into the path. */
  readonly s3Endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A server that has tables and queues as well. */
export interface AwsEngine extends S3Engine {
  readonly endpoint: string
}

/** An engine that could not be started, and why, with what to install. */
export interface MissingEngine {
  readonly missing: string
}

/** What `inject('engines')` gives: plain values, since they cross from the main process to the workers. */
export interface Engines {
  readonly ministack: AwsEngine | MissingEngine
  readonly versitygw: S3Engine | MissingEngine
  readonly moto: AwsEngine | MissingEngine
}

/** An engine while it runs. */
export interface RunningEngine<Engine extends S3Engine> {
  readonly engine: Engine
  stop(): Promise<void>
}

declare module 'vitest' {
  interface ProvidedContext {
    engines: Engines
  }
}
