import { describe, expect, it } from 'vitest'
import { recordedCallvault } from '../support/recorded-callvault.ts'

export const ORGANIZATION = 'org_clinic'
export const ODD_ID = 'call/of:another form'
export const DAY = '2026-03-03'
const times = { callStartedAt: `${DAY}T15:00:00Z`, callEndedAt: `${DAY}T15:02:00Z`, createdAt: `${DAY}T15:02:01Z` }
const outcome = (callOutcome: string) => ({ callOutcome })

/** The calls of that day, by id, as their provider tells them. */
export const CALLS: Readonly<Record<string, Record<string, unknown>>> = {
  call_zoe: { ...times, userPhoneNumber: '+1 514 555-0123', agentName: 'Maxime', agentId: 'agent_7', ...outcome('transferred_to_human') },
  call_other: {
    ...times,
    userPhoneNumber: '+15145550177',
    callType: 'Web',
    teamName: 'Laval',
    teamId: 'team_2',
    ...outcome('voicemail_left'),
  },
  [ODD_ID]: { ...times, agentName: 'L\u00e9a\u001b[2K\u001b]0;owned\u0007\n2026-03-03T00:00:00.000Z  forged\u009b31m\u202e' },
}

export function describeFind(): void {
  const find = (...args: string[]) => recordedCallvault(['find', ...args, '--local'])
  const all = [ODD_ID, 'call_other', 'call_zoe']

  describe('find', () => {
    it("finds a caller's calls, however the number is written", async () => {
      const ran = await find('--phone', '+1 (514) 555-0123', '--json')

      expect(ran).toMatchObject({ exitCode: 0, stderr: '1 call\n' })
      expect(ran.records()).toMatchObject([{ type: 'call', callId: 'call_zoe', state: 'archived', fields: { agentName: 'Maxime' } }])
      expect(ran.requests).not.toContain('dynamodb:Scan')
    })

    it('says of a number that finds nothing whose number is looked up', async () => {
      const ran = await find('--phone', '+15145550100')

      expect(ran).toMatchObject({ exitCode: 0, stdout: '' })
      expect(ran.stderr).toMatch(
        /^0 calls\nThe number that is looked up is the other party's \(userPhoneNumber\), not the line's own \(phoneNumber\)/,
      )
    })

    it('lets nothing that others wrote move the cursor or begin a line', async () => {
      const ran = await find('--organization', ORGANIZATION, '--id-prefix', ODD_ID)

      expect(ran.stdout.split('\n')).toEqual([
        `2026-03-03T15:00:00.000Z  archived  Inbound   ${ORGANIZATION}  ${ODD_ID}  ` +
          'Léa\\u001b[2K\\u001b]0;owned\\u0007\\u000a2026-03-03T00:00:00.000Z  forged\\u009b31m\\u202e',
        '',
      ])
    })

    it.each<[string[], string[]]>([
      [['--day', DAY], all],
      [['--from', '2026-03-02', '--to', '2026-03-04'], all],
      [['--from', '2026-03-04', '--to', '2026-03-05'], []],
      [['--to', '2026-03-02'], []],
      [['--type', 'Web', '--to', DAY], ['call_other']],
      [['--agent', 'maxime'], ['call_zoe']],
      [['--agent', 'agent_7'], ['call_zoe']],
      [['--team', 'laval'], ['call_other']],
      [['--team', 'team_2'], ['call_other']],
      [['--team', 'nobody'], []],
      [['--outcome', 'Transferred_to_human'], ['call_zoe']],
      [['--outcome', 'voicemail_left', '--type', 'Inbound'], []],
      [['--id-prefix', 'call_z'], ['call_zoe']],
      [['--state', 'archived', '--day', DAY], all],
      [['--state', 'failed'], []],
    ])('finds among an organization by %j, from an index', async (args, expected) => {
      const ran = await find('--organization', ORGANIZATION, ...args, '--json', '--quiet')

      expect({ exitCode: ran.exitCode, stderr: ran.stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(
        ran
          .records()
          .map(({ callId }) => callId)
          .sort(),
      ).toEqual(expected)
      expect(ran.requests).toContain('dynamodb:Query')
      expect(ran.requests).not.toContain('dynamodb:Scan')
    })

    it('narrows what a number has by a range', async () => {
      const [before, then] = [
        await find('--phone', '+15145550123', '--to', '2026-03-02', '--json'),
        await find('--phone', '+15145550123', '--from', DAY, '--json'),
      ]

      expect([before, then].map((ran) => ran.records().length)).toEqual([0, 1])
    })

    it('reads the whole table where --scan says so, and else never', async () => {
      const scanned = await find('--scan', '--day', DAY, '--json')
      const refused = await find('--agent', 'Maxime')

      expect(
        scanned
          .records()
          .map(({ callId }) => callId)
          .sort(),
      ).toEqual(all)
      expect(scanned.requests).toContain('dynamodb:Scan')
      expect(refused.exitCode).toBe(2)
      expect(refused.stderr).toMatch(/^error: name one of: --organization, --phone, --scan/)
      expect(refused.requests).not.toContain('dynamodb:Scan')
    })

    it('gives no more than was asked for, and says that there may be more', async () => {
      const { stderr, records } = await find('--organization', ORGANIZATION, '--limit', '1', '--json')

      expect(records()).toHaveLength(1)
      expect(stderr).toBe('1 call, and perhaps more: --limit gives more\n')
    })
  })
}
