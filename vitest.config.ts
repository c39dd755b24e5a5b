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
      project('unit'),
      project('architecture'),
      project('contract', { globalSetup: 'test/support/engines.ts', testTimeout: 30 * seconds, hookTimeout: 60 * seconds }),
      project('integration', { globalSetup: 'test/support/engines.ts', testTimeout: 30 * seconds, hookTimeout: 60 * seconds }),
      project('faults', { testTimeout: 300 * seconds }),
      project('e2e', { testTimeout: 180 * seconds, hookTimeout: 300 * seconds, fileParallelism: false }),
    ],
  },
})
