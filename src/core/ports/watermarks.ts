import type { Sweep, SweepName } from '#core/sweep'

/** How far each sweep of an organization has come. */
export type Sweeps = Readonly<Partial<Record<SweepName, Sweep>>>

/** The right to move an organization's watermark until the lease ends, under a fence that every later lease raises. */
export interface WatermarkLease {
  readonly organizationId: string
  readonly fence: number
  readonly leaseUntil: Date
}

/** Where reconciliation stands, by organization. Every implementation passes test/contract/watermarks.ts. */
export interface Watermarks {
  /**
   * One conditional write. Undefined while another lease holds.
   * @throws {CatalogUnavailableError} retry
   */
  lease(
    organizationId: string,
    now: Date,
    leaseUntil: Date,
  ): Promise<{ readonly lease: WatermarkLease; readonly sweeps: Sweeps } | undefined>

  /**
   * Moves one sweep on.
   * MUST NOT change anything under another lease, or where another sweep than the one with the id `replacedId` stands there
   * (undefined: where any does): `superseded`.
   * @throws {CatalogUnavailableError} retry
   */
  save(lease: WatermarkLease, name: SweepName, sweep: Sweep, replacedId: string | undefined): Promise<'saved' | 'superseded'>

  /** Ends the lease before its time. Nothing where it is over or another's. */
  release(lease: WatermarkLease): Promise<void>

  /** Orders a sweep, in place of whichever of that name stands there, whoever has the lease. */
  order(organizationId: string, name: SweepName, sweep: Sweep): Promise<void>

  /** How far the sweeps are, for those who only look. */
  read(organizationId: string): Promise<Sweeps>
}
