import { defineConfig } from 'vitest/config'

const seconds = 1_000

/** One project per kind of test; `npm run test:unit` and its siblings choose among them. */
const project = (name: string, options: object = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...options },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    env: { POWERTOOLS_METRICS_DISABLED: 'true' },
    projects: [
      project('unit', { testTimeout: 60 * seconds }),
      project('architecture'),
      project('contract', { globalSetup: 'test/support/engines.ts', testTimeout: 30 * seconds, hookTimeout: 60 * seconds }),
      project('integration', { globalSetup: 'test/support/engines.ts', testTimeout: 30 * seconds, hookTimeout: 60 * seconds }),
      // Alone: it uses every core there is, and what starts engines beside it would wait too long for them.
      project('faults', {
        globalSetup: 'test/support/engines.ts',
        testTimeout: 600 * seconds,
        hookTimeout: 60 * seconds,
        sequence: { groupOrder: 1 },
      }),
      project('e2e', { testTimeout: 180 * seconds, hookTimeout: 300 * seconds, fileParallelism: false, sequence: { groupOrder: 2 } }),
    ],
  },
})
