import { PutObjectRetentionCommand } from '@aws-sdk/client-s3'
import { s3ClientOf } from '../engines/clients.ts'
import { eventually } from '../poll.ts'
import type { DeployedVault } from './deployed-vault.ts'
import { callEnded } from './events.ts'
import { endedHoursAgo } from './past-calls.ts'

const hoursAgo = (hours: number) => `${new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 19)}Z`

/**
 * Has the deployed stack do all that it can do, so that each of its AWS calls is made at least once: a call with everything, one
 * whose recording comes late, one without anything, rows that are forgotten, one that no event announced, an operator's orders.
 */
export async function callsOfEveryKind(vault: DeployedVault, organizationId: string): Promise<void> {
  // First, since the list is read again in an hour.
  await unannounced(vault, organizationId)
  await vault.letHappen({ id: 'call_whole', organizationId })
  await vault.archived('call_whole')
  await lateRecording(vault, organizationId)
  await forgottenRow(vault, 'call_whole')
  await withoutAnything(vault, organizationId)
  await forgottenRow(vault, 'call_silent')
}

/** A second revision, which extends the lock of what it takes over from the first. */
async function lateRecording(vault: DeployedVault, organizationId: string): Promise<void> {
  const fields = endedHoursAgo(3)
  const call = { id: 'call_late', organizationId, fields }
  await vault.letHappen({ ...call, recording: null })
  const { transcriptKey, transcriptVersionId } = await vault.archived(call.id)
  await shortenLock(vault, String(transcriptKey), String(transcriptVersionId))
  await vault.change(call)
  await vault.retry(call.id)
  await vault.archived(call.id, 2)
}

/** Long ago, and nothing was ever offered: its record alone is stored, the same bytes each time. */
async function withoutAnything(vault: DeployedVault, organizationId: string): Promise<void> {
  const fields = endedHoursAgo(80)
  await vault.letHappen({ id: 'call_silent', organizationId, fields, transcript: null, recording: null })
  await vault.archived('call_silent')
}

/** Found in the provider's list, with the report of its day; then what an operator can order. */
async function unannounced(vault: DeployedVault, organizationId: string): Promise<void> {
  const fields = endedHoursAgo(48)
  await vault.change({ id: 'call_unannounced', organizationId, fields })
  await vault.functions.invoke('reconcile-calls')
  await vault.archived('call_unannounced')
  await vault.functions.invoke('reconcile-calls', { task: 'backfill', from: `${hoursAgo(96)}` })
  await vault.functions.invoke('reconcile-calls', { task: 'redrive', callId: 'call_unannounced' })
  await vault.functions.invoke('reconcile-calls', { task: 'redrive', code: 'SOURCE_GONE' })
}

async function shortenLock({ engine, outputs }: DeployedVault, Key: string, VersionId: string): Promise<void> {
  const s3 = s3ClientOf(engine)
  const lock = { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + 3_600_000) } as const
  const shorter = { Bucket: outputs.archiveBucketName, Key, VersionId, BypassGovernanceRetention: true, Retention: lock }
  await s3.send(new PutObjectRetentionCommand(shorter)).finally(() => s3.destroy())
}

/** Its objects are met and adopted, its manifest is met and followed. */
async function forgottenRow(vault: DeployedVault, callId: string): Promise<void> {
  await vault.rows.forget(callId)
  await vault.sender.post(vault.sender.sign(callEnded(callId)))
  await eventually(`the forgotten row of ${callId} to follow its manifest`, async () => {
    const row = await vault.rows.get(callId)
    // Where other bytes stand under its fence, the next claim's is higher.
    if (row?.state === 'pending' && row.leaseUntil === undefined) await vault.retry(callId)
    return row?.state === 'archived' && row.leaseUntil === undefined ? row : undefined
  })
}
