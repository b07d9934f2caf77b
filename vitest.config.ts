import { defineConfig } from 'vitest/config';

/** `unit` needs nothing but Node; `e2e` needs the Docker daemon and images that `scripts/test.ts` provides. No retries: a flaky test is a race to find. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,coordinator,agent,cli,test}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.e2e.test.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['{agent,cli,test}/**/*.e2e.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
