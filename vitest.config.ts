import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type ProjectConfig = NonNullable<TestProjectInlineConfiguration['test']>;

/**
 * `unit` needs nothing but Node; `e2e` needs Docker and the images that its set-up provides; `crowd` is the part of it that
 * fills the machine. No retries: a flaky test is a race to find.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // No module keeps state that changes, so that files can share a process: a third of the time.
          isolate: false,
          include: ['{core,proto,coordinator,agent,cli,scripts,test}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.{e2e,crowd}.test.ts'],
          // Some start processes of their own, on a machine that may be busy.
          testTimeout: 30_000,
        },
      },
      withDocker({
        name: 'e2e',
        include: ['{agent,cli,coordinator,scripts,test}/**/*.e2e.test.ts'],
        // They wait for containers more than they compute.
        maxWorkers: 3,
      }),
      withDocker({
        name: 'crowd',
        include: ['{agent,test}/**/*.crowd.test.ts'],
        // `npm test` runs them last: tests beside them would wait for Docker longer than they ever should.
        fileParallelism: false,
      }),
    ],
  },
});

function withDocker(settings: ProjectConfig): { test: ProjectConfig } {
  return {
    test: {
      exclude: ['**/node_modules/**'],
      globalSetup: ['scripts/e2e-images.ts'],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      ...settings,
    },
  };
}
