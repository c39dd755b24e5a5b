import { describe, expect, it } from 'vitest'
import { addSeconds } from '#core/instants'
import type { ReconcileOrganizationPorts } from '#core/reconcile-organization'
import { createReconciler, NOW } from '#test/support/reconciler'

/** The run's worker is gone: nothing more of it happens, not even what a `finally` would do. */
class Killed extends Error {}

type Moment = 'before' | 'after'

const PORTS = ['listing', 'lookup', 'queue', 'failedCalls', 'watermarks', 'coverage', 'reports'] as const

/** Counts the calls of all ports, and kills the run at one of them. */
function killing(atCall: number, moment: Moment) {
  let calls = 0
  let isOver = false
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property)
        if (typeof member !== 'function') return member
        return async (...args: readonly unknown[]) => {
          if (isOver) throw new Killed()
          calls += 1
          const dies = calls === atCall
          isOver ||= dies
          if (dies && moment === 'before') throw new Killed()
          const answer: unknown = await Reflect.apply(member, target, args)
          if (dies) throw new Killed()
          return answer
        }
      },
    })
  const wrap = (ports: ReconcileOrganizationPorts): ReconcileOrganizationPorts => ({
    ...ports,
    ...(Object.fromEntries(PORTS.map((name) => [name, mortal(ports[name])])) as Pick<ReconcileOrganizationPorts, (typeof PORTS)[number]>),
  })
  return {
    wrap,
    calls: () => calls,
    resurrect: () => {
      isOver = false
    },
  }
}

async function arranged(wrap: (ports: ReconcileOrganizationPorts) => ReconcileOrganizationPorts) {
  const reconciler = createReconciler({ wrap })
  const ago = (hours: number) => addSeconds(NOW, -hours * 3_600)
  for (let index = 0; index < 60; index += 1) reconciler.list(`unknown-${index}`, addSeconds(ago(30), index * 60))
  reconciler.list('known', ago(5))
  await reconciler.stand('known', ago(5))
  await reconciler.stand('deleted', ago(50))
  return reconciler
}

/** What is left in the end. How often a call was sent is nobody's concern: a claim makes a second message harmless. */
async function endOf({ enqueued, watermarks, coverage, reports }: Awaited<ReturnType<typeof arranged>>) {
  const { recent, week } = await watermarks.read('org_1')
  return {
    enqueued: [...new Set(enqueued())].sort(),
    isReadToItsEnd: week !== undefined && week.readUntil.getTime() === week.to.getTime(),
    recent,
    coverage: (await coverage.days('org_1', '2026-01-01', '2026-12-31')).map(({ comparedAt, ...day }) => day),
    reports: Object.fromEntries(reports.written().map(({ comparedAt, ...report }) => [report.day, report])),
  }
}

async function undisturbed() {
  const { wrap, calls } = killing(Number.POSITIVE_INFINITY, 'before')
  const reconciler = await arranged(wrap)
  await reconciler.run()
  return { end: await endOf(reconciler), calls: calls() }
}

describe('a run that is killed', () => {
  it.each(['before', 'after'] as const)('%s any call of a port leaves what the next run brings to the same end', async (moment) => {
    const { end, calls } = await undisturbed()
    const ends: unknown[] = []

    for (let call = 1; call <= calls; call += 1) {
      const death = killing(call, moment)
      const reconciler = await arranged(death.wrap)
      await reconciler.run()
      death.resurrect()
      reconciler.later(60) // by then the dead run's lease is over
      await reconciler.run()
      ends.push(await endOf(reconciler))
    }

    expect(calls).toBeGreaterThan(40)
    expect(end).toMatchObject({ isReadToItsEnd: true, recent: undefined })
    expect(end.enqueued).toHaveLength(60)
    expect(ends).toEqual(ends.map(() => end))
  })
})
